import { unavailable } from '@storey/errors';
import { ReplyError } from 'ioredis';
import { describe, expect, it } from '@jest/globals';
import { refusesForGood, toKvError } from './redis-errors.js';

const said = (message: string): Error => new (ReplyError as new (message: string) => Error)(message);

describe('what a Redis says in place of an answer', () => {
  it.each([
    'ASK 3999 127.0.0.1:6381',
    'BUSY Redis is busy running a script.',
    'CLUSTERDOWN The cluster is down',
    'ERR max number of clients reached',
    'LOADING Redis is loading the dataset in memory',
    'MASTERDOWN Link with MASTER is down',
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    'MOVED 3999 127.0.0.1:6381',
    'NOREPLICAS Not enough good replicas to write.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'TRYAGAIN Multiple keys request during rehashing of slot',
  ])('%p will pass: unavailable, and no reason to give the server up', (message) => {
    expect(toKvError(said(message))).toMatchObject({ kind: 'unavailable', cause: { message } });
    expect(refusesForGood(said(message))).toBe(false);
  });

  it.each(['ERR syntax error', "CROSSSLOT Keys in request don't hash to the same slot", 'lower case'])(
    '%p is a defect of ours',
    (message) => expect(toKvError(said(message))).toMatchObject({ kind: 'internal', cause: { message } }),
  );

  it.each([
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
    "NOPERM User limited has no permissions to run the 'info' command",
    'ERR DB index is out of range',
    'ERR This instance has cluster support disabled',
  ])('%p is meant for good', (message) => expect(refusesForGood(said(message))).toBe(true));

  it('what the client says of the line is unavailable, and what is ours stays as it is', () => {
    const lost = new Error('Connection is closed.');
    expect(toKvError(lost)).toMatchObject({ kind: 'unavailable', cause: lost });
    expect(refusesForGood(lost)).toBe(false);
    const ours = unavailable('closed');
    expect(toKvError(ours)).toBe(ours);
  });
});
