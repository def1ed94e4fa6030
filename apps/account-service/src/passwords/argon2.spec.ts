import { describe, expect, it } from '@jest/globals';
import { COST, argon2id, fromPhc, toPhc } from './argon2.js';

describe('argon2id', () => {
  it('costs 19 MiB, two passes and one lane, and says so in what is stored', async () => {
    const salt = new Uint8Array(16).fill(1);
    const hash = await argon2id('password', salt, COST);
    const text = toPhc({ cost: COST, salt, hash });
    expect(text).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$AQEBAQEBAQEBAQEBAQEBAQ\$[A-Za-z0-9+/]{43}$/);
    expect(fromPhc(text)).toEqual({ cost: COST, salt: Buffer.from(salt), hash });
  });

  it.each(['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$AA$AA', '$argon2id$v=19$m=8,t=1,p=1$AA$'])(
    'does not take %j for a hash',
    (text) => {
      expect(() => fromPhc(text)).toThrow('unreadable');
    },
  );
});
