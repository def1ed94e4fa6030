import { describe, expect, it } from '@jest/globals';
import { type Message } from '@storey/events';
import { CatchUp } from './catch-up.js';

const upTo = (offset: bigint): readonly Message[] => [{ offset } as Message];

describe('CatchUp', () => {
  const begun = async (ends: readonly bigint[], committed: bigint[]) => {
    let asked = 0;
    const log = {
      endOffsets: () => Promise.resolve(ends),
      committed: () => ((asked += 1), Promise.resolve(committed)),
    };
    return { catchUp: await CatchUp.begin(log, 'topic', 'group'), asked: () => asked };
  };

  it('is done at once where nothing waits, and asks no more', async () => {
    const { catchUp, asked } = await begun([5n, 0n], [5n, 0n]);
    await catchUp.check();
    await catchUp.check();
    expect(asked()).toBe(1);
  });

  it('waits for what was there at the start, and for nothing that came later', async () => {
    const { catchUp } = await begun([5n, 3n], [5n, 1n]);
    await expect(catchUp.check()).rejects.toMatchObject({ kind: 'unavailable' });
    catchUp.handled({ partition: 1, messages: upTo(1n) });
    await expect(catchUp.check()).rejects.toMatchObject({ kind: 'unavailable' });
    catchUp.handled({ partition: 1, messages: upTo(2n) });
    await catchUp.check();
  });

  it('counts what another process of the group has committed', async () => {
    const committed = [0n, 0n];
    const { catchUp } = await begun([5n, 3n], committed);
    catchUp.handled({ partition: 0, messages: upTo(4n) });
    await expect(catchUp.check()).rejects.toMatchObject({ kind: 'unavailable' });
    committed[1] = 3n;
    await catchUp.check();
  });
});
