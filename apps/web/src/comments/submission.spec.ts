import { describe, expect, it } from '@jest/globals';
import { patiently } from '../api/patiently.js';
import { Problem, unreachable } from '../api/problem.js';
import { Submission } from './submission.js';

function setUp(...failures: unknown[]) {
  const sent: string[] = [];
  const pauses: number[] = [];
  let keys = 0;
  const submission = new Submission<string>(
    (text, key) => {
      sent.push(`${key}:${text}`);
      const failure = failures.shift();
      return failure === undefined ? Promise.resolve('posted') : Promise.reject(failure);
    },
    () => `key${(keys += 1)}`,
    (send) => patiently(send, async (ms) => void pauses.push(ms)),
  );
  return { submission, sent, pauses };
}
const busy = new Problem(503, 'COMMON_UNAVAILABLE', 'busy', 2000);
const refused = new Problem(422, 'COMMENT_TEXT_REJECTED', 'no');

describe('Submission', () => {
  it('sends again under the same key while the server is busy or out of reach', async () => {
    const { submission, sent, pauses } = setUp(busy, unreachable(new TypeError('offline')));
    await expect(submission.send('hi')).resolves.toBe('posted');
    expect(sent).toEqual(['key1:hi', 'key1:hi', 'key1:hi']);
    expect(pauses).toEqual([2000, 800]);
  });

  it('keeps the key for when the person sends again', async () => {
    const { submission, sent } = setUp(busy, busy, busy, busy);
    await expect(submission.send('hi')).rejects.toBe(busy);
    await submission.send('hi');
    expect(new Set(sent)).toEqual(new Set(['key1:hi']));
    expect(sent).toHaveLength(5);
  });

  it('takes a new key for another text, and for the same text after it was posted', async () => {
    const { submission, sent } = setUp(refused);
    await expect(submission.send('bad')).rejects.toBe(refused);
    await submission.send('good');
    await submission.send('good');
    expect(sent).toEqual(['key1:bad', 'key2:good', 'key3:good']);
  });
});
