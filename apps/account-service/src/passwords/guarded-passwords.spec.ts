import { describe, expect, it } from '@jest/globals';
import { FakeClock, systemRandom } from '@storey/context';
import { openKv } from '@storey/kv';
import { AttemptLimits } from '../limits/attempt-limits.js';
import { argon2id } from './argon2.js';
import { GuardedPasswords } from './guarded-passwords.js';
import { Passwords } from './passwords.js';

async function guarded() {
  const clock = new FakeClock();
  let hashes = 0;
  const counted: typeof argon2id = (password, salt) => {
    hashes += 1;
    return argon2id(password, salt, { memoryKib: 8, passes: 1, lanes: 1 });
  };
  const passwords = new Passwords(clock, systemRandom, counted);
  const kv = await openKv('memory:', { clock });
  const check = new GuardedPasswords(passwords, new AttemptLimits(kv, { on: true }));
  return { check, passwords, clock, hashes: () => hashes };
}

const wrong = { code: 'ACCOUNT_CREDENTIALS_INVALID' };

describe('guardedPasswords', () => {
  it('costs one hash whether somebody exists, has no password or does not exist', async () => {
    const { check, passwords, hashes } = await guarded();
    const stored = await passwords.hash('right one');
    for (const known of [stored, null, undefined]) {
      const before = hashes();
      await expect(check.check('x', 'wrong one', known)).rejects.toMatchObject(wrong);
      expect(hashes() - before).toBe(1);
    }
    await expect(check.check('x', 'right one', stored)).resolves.toBeUndefined();
  });

  it('looks at no password after ten wrong ones, until they are five minutes old', async () => {
    const { check, passwords, clock, hashes } = await guarded();
    const stored = await passwords.hash('right one');
    for (let n = 0; n < 10; n += 1)
      await expect(check.check('x', 'wrong', stored)).rejects.toMatchObject(wrong);
    const before = hashes();
    const refused = { kind: 'rate_limited', details: { retryAfterSeconds: 300 } };
    await expect(check.check('x', 'right one', stored)).rejects.toMatchObject(refused);
    expect(hashes()).toBe(before);
    await clock.advance(300_000);
    await expect(check.check('x', 'right one', stored)).resolves.toBeUndefined();
  });

  it('does not let the right guess through behind ten wrong ones that were sent along with it', async () => {
    const { check, passwords } = await guarded();
    const stored = await passwords.hash('right one');
    const guesses = [...Array.from({ length: 20 }, (_, n) => `wrong ${n}`), 'right one'];
    const results = await Promise.allSettled(guesses.map((guess) => check.check('x', guess, stored)));
    expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: { kind: 'rate_limited' } });
  });

  it('reads the same password in both of its spellings', async () => {
    const { check, passwords } = await guarded();
    const stored = await passwords.hash('cafe\u0301 crème'.normalize('NFKC'));
    await expect(check.check('x', 'café crème', stored)).resolves.toBeUndefined();
  });
});
