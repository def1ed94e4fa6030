import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { openKv, type Kv } from '@storey/kv';
import { createLogger } from '@storey/observability';
import { Revocations, type Revocation } from './revocations.js';

async function setup(
  known: Revocation[] = [],
): Promise<{ clock: FakeClock; kv: Kv; revocations: Revocations; loads: () => number }> {
  const clock = new FakeClock();
  const kv = await openKv('memory:', { clock });
  let loads = 0;
  const loadAll = async (): Promise<Revocation[]> => ((loads += 1), known);
  const revocations = new Revocations(kv, loadAll, clock, createLogger('silent'));
  return { clock, kv, revocations, loads: () => loads };
}

const spread = (kv: Kv, member: string, score: number): Promise<void> =>
  kv.addScored('{rev}:list', [{ member, score }], {});

describe('Revocations', () => {
  it('knows what was revoked before it began', async () => {
    const { clock, revocations } = await setup([{ sessionId: '7', atMs: new FakeClock().now() }]);
    expect(revocations.loaded).toBe(false);
    await revocations.refresh();
    expect(revocations.loaded).toBe(true);
    expect(revocations.isRevoked('7', '1', clock.now())).toBe(true);
    expect(revocations.isRevoked('8', '1', clock.now())).toBe(false);
  });

  it('hears of a session with the next look, without asking for everything again', async () => {
    const { clock, kv, revocations, loads } = await setup();
    await revocations.refresh();
    await spread(kv, 's:9', clock.now());
    await revocations.refresh();
    expect(revocations.isRevoked('9', '1', clock.now())).toBe(true);
    expect(loads()).toBe(1);
  });

  it('refuses a user’s older tokens and lets newer ones in', async () => {
    const { clock, kv, revocations } = await setup();
    await spread(kv, `u:5:${clock.now()}`, clock.now());
    await revocations.refresh();
    expect(revocations.isRevoked('1', '5', clock.now() - 1)).toBe(true);
    expect(revocations.isRevoked('1', '5', clock.now())).toBe(false);
  });

  it('loads everything anew when the store has forgotten', async () => {
    const known: Revocation[] = [];
    const { clock, kv, revocations, loads } = await setup(known);
    await revocations.refresh();
    await kv.flush();
    known.push({ sessionId: '3', atMs: clock.now() });
    await revocations.refresh();
    expect(loads()).toBe(2);
    expect(revocations.isRevoked('3', '1', clock.now())).toBe(true);
  });

  it('hears of an entry that was written late, by a clock behind', async () => {
    const { clock, kv, revocations } = await setup();
    await spread(kv, 's:1', clock.now());
    await revocations.refresh();
    await spread(kv, 's:2', clock.now() - 4_000);
    await revocations.refresh();
    expect(revocations.isRevoked('2', '1', clock.now())).toBe(true);
  });

  it('hears of more than one page of entries', async () => {
    const { clock, kv, revocations } = await setup();
    for (let page = 0; page < 3; page += 1) {
      const members = Array.from({ length: 1000 }, (_, i) => ({
        member: `s:${page}-${i}`,
        score: clock.now(),
      }));
      await kv.addScored('{rev}:list', members, {});
    }
    await revocations.refresh();
    expect(revocations.isRevoked('0-0', '1', 0)).toBe(true);
    expect(revocations.isRevoked('2-999', '1', 0)).toBe(true);
  });

  it('forgets what no living token can carry any more', async () => {
    const { clock, kv, revocations } = await setup();
    await spread(kv, 's:1', clock.now());
    await revocations.refresh();
    await clock.advance(21 * 60_000);
    await kv.delete(['{rev}:list']);
    await revocations.refresh();
    expect(revocations.isRevoked('1', '1', clock.now())).toBe(false);
  });
});
