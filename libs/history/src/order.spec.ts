import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { openKv } from '@storey/kv';
import { originOf, wins, type Stamp } from './index.js';

const SEQS = [0, 1, 2];
const DEVICES = ['', 'tv', '📺'];
const STAMPS: Stamp[] = [1, 2].flatMap((at) =>
  SEQS.flatMap((seq) => DEVICES.map((device) => ({ at, seq, device }))),
);

describe('the order of reports', () => {
  it('is by time, then by seq of one device, then by arrival', () => {
    const at = 5;
    expect(wins({ at: 6, seq: 0, device: '' }, { at, seq: 9, device: 'tv' })).toBe(true);
    expect(wins({ at: 4, seq: 9, device: 'tv' }, { at, seq: 1, device: 'tv' })).toBe(false);
    expect(wins({ at, seq: 2, device: 'tv' }, { at, seq: 1, device: 'tv' })).toBe(true);
    expect(wins({ at, seq: 1, device: 'tv' }, { at, seq: 2, device: 'tv' })).toBe(false);
    expect(wins({ at, seq: 1, device: 'web' }, { at, seq: 2, device: 'tv' })).toBe(true);
    expect(wins({ at, seq: 0, device: 'tv' }, { at, seq: 2, device: 'tv' })).toBe(true);
  });

  it('is the same in kv state, whatever two reports meet', async () => {
    const kv = await openKv('memory:', { clock: new FakeClock() });
    const merge = (n: number, { at, seq, device }: Stamp) =>
      kv.mergeIfNewer({
        hashKey: `{${n}}r`,
        setKey: `{${n}}i`,
        tombstoneKey: `{${n}}t`,
        field: 'f',
        value: new Uint8Array(),
        order: at,
        tie: seq,
        device: originOf({ at, seq, device }),
        floorMembers: [],
      });
    let n = 0;
    for (const earlier of STAMPS)
      for (const later of STAMPS) {
        n += 1;
        await merge(n, earlier);
        const outcome = await merge(n, later);
        expect([earlier, later, outcome === 'written']).toEqual([earlier, later, wins(later, earlier)]);
      }
    await kv.close();
  });
});
