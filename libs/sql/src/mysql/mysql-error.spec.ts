import { describe, expect, it } from '@jest/globals';
import { translated, translatedCommit } from './mysql-error.js';

const answer = (errno: number) => Object.assign(new Error('x'), { errno, code: 'ER_X', sqlState: 'HY000' });
const network = (code: string) => Object.assign(new Error('x'), { code, errno: -104 });

describe('an error of MySQL', () => {
  it.each([
    ['a deadlock', answer(1213), 'unavailable'],
    ['a lock wait', answer(1205), 'unavailable'],
    ['too many connections', answer(1040), 'unavailable'],
    ['a full disk', answer(1021), 'unavailable'],
    ['a full table', answer(1114), 'unavailable'],
    ['--read-only', answer(1290), 'unavailable'],
    ['a read-only transaction', answer(1792), 'unavailable'],
    ['a read-only mode', answer(1836), 'unavailable'],
    ['a shutdown', answer(1053), 'unavailable'],
    ['a reset', network('ECONNRESET'), 'unavailable'],
    ['a refusal', network('ECONNREFUSED'), 'unavailable'],
    ['an unknown host', network('ENOTFOUND'), 'unavailable'],
    ['a lost connection', network('PROTOCOL_CONNECTION_LOST'), 'unavailable'],
    ['a statement that took too long', answer(3024), 'deadline_exceeded'],
  ])('%s becomes its kind, with its cause', (_, cause, kind) => {
    expect(translated(cause)).toMatchObject({ kind, cause });
  });

  it.each([answer(1062), answer(1048), new TypeError('x'), 'text'])(
    'of the statement stays as it is',
    (error) => {
      expect(translated(error)).toBe(error);
    },
  );

  it.each([
    ['a reset', network('ECONNRESET'), 'outcome_unknown'],
    ['an error of the log', answer(1180), 'outcome_unknown'],
    ['an interruption', answer(1317), 'outcome_unknown'],
    ['a deadlock', answer(1213), 'unavailable'],
    ['a certification that failed', answer(3101), 'unavailable'],
    ['--read-only', answer(1290), 'unavailable'],
  ])('at COMMIT, %s', (_, cause, kind) => {
    expect(translatedCommit(cause)).toMatchObject({ kind });
  });
});
