import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import fc from 'fast-check';
import { LeasedIds, type WorkerLease, type WorkerLeaseStore } from './index.js';

const LEASE = 10_000;

class MemoryStore implements WorkerLeaseStore {
  readonly rows = new Map<number, WorkerLease>();
  down = false;

  async read(): Promise<WorkerLease[]> {
    this.#check();
    return [...this.rows.values()];
  }

  async write(lease: WorkerLease): Promise<boolean> {
    this.#check();
    if ((this.rows.get(lease.worker)?.epoch ?? 0) !== lease.epoch - 1) return false;
    this.rows.set(lease.worker, lease);
    return true;
  }

  /** As if every holder had slept through its lease and the rest after it. */
  expireAll(): void {
    for (const row of this.rows.values()) this.rows.set(row.worker, { ...row, leaseUntil: 0 });
  }

  #check(): void {
    if (this.down) throw unavailable('down');
  }
}

function setUp() {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const open = (): Promise<LeasedIds> =>
    LeasedIds.open(store, { clock, owner: 'test', leaseMs: LEASE, onError });
  return { clock, store, errors, open };
}

describe('LeasedIds', () => {
  it('gives processes that start together different workers', async () => {
    const { open } = setUp();
    const all = await Promise.all([open(), open(), open(), open()]);
    expect(new Set(all.map((ids) => ids.worker)).size).toBe(4);
  });

  it('leaves a worker that was given back unused for one lease', async () => {
    const { clock, open } = setUp();
    await (await open()).close();
    expect((await open()).worker).toBe(1);
    await clock.advance(LEASE);
    expect((await open()).worker).toBe(0);
  });

  it('keeps its worker by renewing it', async () => {
    const { clock, open } = setUp();
    const ids = await open();
    await clock.advance(5 * LEASE);
    expect((await open()).worker).toBe(1);
    expect(() => ids.next(0)).not.toThrow();
  });

  it('goes on without the store for a lease, then refuses, and goes on when the store is back', async () => {
    const { clock, store, errors, open } = setUp();
    const ids = await open();
    store.down = true;
    await clock.advance(LEASE);
    ids.next(0);
    await clock.advance(1000);
    expect(() => ids.next(0)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
    expect(errors.length).toBeGreaterThan(0);
    store.down = false;
    await clock.advance(LEASE / 10);
    ids.next(0);
  });

  it('takes another worker when its own was given to somebody else', async () => {
    const { clock, store, open } = setUp();
    const ids = await open();
    const row = store.rows.get(0);
    if (row) store.rows.set(0, { ...row, owner: 'thief', epoch: row.epoch + 1 });
    await clock.advance(LEASE / 10);
    expect(ids.worker).toBe(1);
  });

  it('begins where a holder that still lives can not be, at the very same time of the clock', async () => {
    const { clock, store, open } = setUp();
    const sleeper = await open();
    const slept = [sleeper.next(0)];
    store.expireAll();
    const heir = await open();
    expect(heir.worker).toBe(sleeper.worker);
    const inherited = [heir.next(0)];
    clock.step(LEASE);
    slept.push(sleeper.next(0));
    inherited.push(heir.next(0));
    expect(new Set([...slept, ...inherited]).size).toBe(4);
  });

  it('does not take a worker whose marks lie ahead of a clock that was set back', async () => {
    const { clock, store, open } = setUp();
    const lies = clock.now() - Date.UTC(2025, 0, 1) + 1;
    store.rows.set(0, { worker: 0, owner: 'x', epoch: 1, leaseUntil: 0, marks: [lies, lies, lies, lies] });
    expect((await open()).worker).toBe(1);
  });

  it('refuses when all workers are taken, and after it was closed', async () => {
    const { clock, store, open } = setUp();
    const ids = await open();
    await ids.close();
    expect(() => ids.next(0)).toThrow('given back');
    for (let worker = 0; worker < 256; worker += 1) {
      store.rows.set(worker, { worker, owner: 'x', epoch: 1, leaseUntil: clock.now(), marks: [0, 0, 0, 0] });
    }
    await expect(open()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a process that dies in a loop', () => {
  it('starts seven hundred times within one lease, and no twin is made, not even by those that live on', async () => {
    const { clock, open } = setUp();
    const seen = new Set<bigint>();
    const lived: LeasedIds[] = [];
    for (let n = 0; n < 700; n += 1) {
      lived.push(await open());
      clock.step(1);
      for (const ids of [lived[n], lived[n - 300], lived[n >> 1]]) if (ids) seen.add(ids.next(0));
    }
    expect(seen.size).toBe(700 + 400 + 700);
  });

  it('takes nothing from anybody else', async () => {
    const { clock, store, open } = setUp();
    for (let n = 0; n < 256; n += 1) await open();
    for (const row of store.rows.values()) store.rows.set(row.worker, { ...row, owner: 'another' });
    await expect(open()).rejects.toMatchObject({ kind: 'unavailable' });
    await clock.advance(0);
  });
});

describe('over crashes, hand-overs and steps of the clock', () => {
  const who = fc.nat(3);
  const action = fc.oneof(
    fc.record({ kind: fc.constantFrom('crash' as const, 'close' as const, 'start' as const), who }),
    fc.constant({ kind: 'expire' as const }),
    fc.record({ kind: fc.constant('step' as const), by: fc.integer({ min: -20_000, max: 20_000 }) }),
    fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 15_000 }) }),
  );

  it('makes no twin, not even by a process that was believed dead', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const { clock, store, open } = setUp();
        const slots: (LeasedIds | undefined)[] = [await open(), await open()];
        const zombies: LeasedIds[] = [];
        const seen = new Set<bigint>();
        for (const step of actions) {
          if (step.kind === 'step') clock.step(step.by);
          else if (step.kind === 'advance') await clock.advance(step.by);
          else if (step.kind === 'expire') store.expireAll();
          else if (step.kind === 'start') slots[step.who] ??= await open();
          else if (step.kind === 'close')
            await slots[step.who]?.close().then(() => (slots[step.who] = undefined));
          else if (step.kind === 'crash') zombies.push(...take(slots, step.who));
          for (const ids of [...slots, ...zombies]) made += ids ? burst(ids, seen) : 0;
        }
      }),
      { numRuns: 60 },
    );
    expect(made).toBeGreaterThan(1000);
  });
});

function take(slots: (LeasedIds | undefined)[], who: number): LeasedIds[] {
  const ids = slots[who];
  slots[who] = undefined;
  return ids ? [ids] : [];
}

function burst(ids: LeasedIds, seen: Set<bigint>): number {
  let made = 0;
  for (let i = 0; i < 5; i += 1) {
    try {
      const id = ids.next(1);
      expect(seen.has(id)).toBe(false);
      seen.add(id);
      made += 1;
    } catch (error) {
      expect(error).toMatchObject({ kind: 'unavailable' });
    }
  }
  return made;
}
