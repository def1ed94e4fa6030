import { describe, expect, it } from '@jest/globals';
import { eventually } from './index.js';

describe('eventually', () => {
  it('tries until it passes and returns what came out', async () => {
    let tries = 0;
    const check = (): number => {
      tries += 1;
      if (tries < 3) throw new Error('not yet');
      return tries;
    };
    await expect(eventually(check, { everyMs: 1 })).resolves.toBe(3);
  });

  it('gives up with the last failure', async () => {
    const check = async (): Promise<never> => Promise.reject(new Error('never'));
    await expect(eventually(check, { timeoutMs: 5, everyMs: 1 })).rejects.toThrow('never');
  });
});
