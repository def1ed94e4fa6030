import { FakeClock, SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalCopies } from './local-copies.js';
import { type LocalOptions } from './local-options.js';

interface Page {
  readonly version: bigint;
  readonly text: string;
}

const options: LocalOptions<string, Page> = {
  maxBytes: 1_000_000,
  freshMs: 10_000,
  staleMs: 3000,
  promote: 'all',
  groupOf: (id) => id.split('/')[0] ?? id,
  versionOf: (page) => page.version,
  sizeOf: (page) => page?.text.length ?? 0,
};

function copiesWith(more: Partial<LocalOptions<string, Page>> = {}) {
  const clock = new FakeClock();
  const copies = new LocalCopies({ ...options, ...more }, { clock, random: new SeededRandom(1) });
  const keep = (id: string, version: bigint, text = `${id} of ${version}`): boolean =>
    copies.keep(id, { version, text }, copies.ticket());
  return { clock, copies, keep };
}

/** Without versions. */
function plainCopies(more: Partial<LocalOptions<bigint, string>> = {}) {
  const clock = new FakeClock();
  const plain = { maxBytes: 1_000_000, freshMs: 10_000, staleMs: 3000, promote: 'all' as const, ...more };
  return { clock, copies: new LocalCopies<bigint, string>(plain, { clock, random: new SeededRandom(1) }) };
}

const changed = (version: bigint) => ({ version, atOnce: false });
const goneAt = (version: bigint) => ({ version, atOnce: true });

describe('a local copy', () => {
  it('is read back, also when it says that there is none', () => {
    const { copies } = plainCopies();
    copies.keep(1n, 'one', copies.ticket());
    copies.keep(2n, undefined, copies.ticket());
    expect(copies.read(1n)).toEqual({ value: 'one', fresh: true });
    expect(copies.read(2n)).toEqual({ value: undefined, fresh: true });
    expect(copies.read(3n)).toBeUndefined();
    expect(copies.counts).toMatchObject({ hits: 2, misses: 1, kept: 2 });
  });

  it('is fresh for freshMs, shown for staleMs more, then gone', async () => {
    const { clock, copies, keep } = copiesWith();
    keep('s/1', 1n);
    await clock.advance(9999);
    expect(copies.read('s/1')?.fresh).toBe(true);
    await clock.advance(1);
    expect(copies.read('s/1')?.fresh).toBe(false);
    await clock.advance(2999);
    expect(copies.peek('s/1')?.fresh).toBe(false);
    await clock.advance(1);
    expect(copies.peek('s/1')).toBeUndefined();
    expect(copies.read('s/1')).toBeUndefined();
    expect(copies.counts).toMatchObject({ hits: 2, stale: 1, misses: 1, expired: 1 });
    expect([copies.size, copies.bytes]).toEqual([0, 0]);
  });

  it('lives until a change is heard when it is fresh for ever', async () => {
    const { clock, copies, keep } = copiesWith({ freshMs: Infinity });
    keep('s/1', 1n);
    await clock.advance(1e12);
    expect(copies.read('s/1')?.fresh).toBe(true);
    copies.changed('s', changed(2n));
    expect(copies.read('s/1')?.fresh).toBe(false);
    await clock.advance(3000);
    expect(copies.read('s/1')).toBeUndefined();
  });

  it('is not looked at by peek as by a reader', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 1n);
    copies.peek('s/1');
    expect(copies.counts).toMatchObject({ hits: 0, misses: 0 });
  });
});

describe('a change that is heard', () => {
  it('ages every copy of its group, of no other, and names them', () => {
    const { copies, keep } = copiesWith();
    for (const id of ['s/1', 's/2', 't/1']) keep(id, 1n);
    expect(copies.changed('s', changed(2n))).toEqual(['s/1', 's/2']);
    expect(copies.read('s/1')?.fresh).toBe(false);
    expect(copies.read('s/2')?.fresh).toBe(false);
    expect(copies.read('t/1')?.fresh).toBe(true);
    expect(copies.counts).toMatchObject({ changes: 1, touched: 2 });
  });

  it('never lets a copy be shown longer than staleMs after the first one that it lacks', async () => {
    const { clock, copies, keep } = copiesWith();
    keep('s/1', 1n);
    copies.changed('s', changed(2n));
    await clock.advance(2000);
    copies.changed('s', changed(3n));
    await clock.advance(1000);
    expect(copies.read('s/1')).toBeUndefined();
  });

  it('takes the copy away when nothing may be shown stale', () => {
    const { copies, keep } = copiesWith({ staleMs: 0 });
    keep('s/1', 1n);
    expect(copies.changed('s', changed(2n))).toEqual(['s/1']);
    expect(copies.size).toBe(0);
  });

  it('takes the copy away at once when that is asked for, also one that is stale already', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 1n);
    copies.changed('s', changed(2n));
    copies.changed('s', goneAt(3n));
    expect(copies.read('s/1')).toBeUndefined();
    expect([copies.size, copies.bytes]).toEqual([0, 0]);
  });

  it('leaves a copy alone that has it', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 7n);
    expect(copies.changed('s', changed(7n))).toEqual([]);
    expect(copies.changed('s', goneAt(6n))).toEqual([]);
    expect(copies.read('s/1')?.fresh).toBe(true);
  });

  it('is taken as news when it bears no version', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 7n);
    expect(copies.changed('s', changed(0n))).toEqual(['s/1']);
  });

  it('is taken as news, whatever its version, where values bear none', () => {
    const { copies } = plainCopies();
    copies.keep(1n, 'one', copies.ticket());
    expect(copies.changed('1', changed(5n))).toEqual([1n]);
    expect(copies.keep(1n, 'one, later', copies.ticket())).toBe(true);
    expect(copies.read(1n)).toEqual({ value: 'one, later', fresh: true });
  });

  it('finds no copy in what was evicted, dropped, demoted or expired', async () => {
    const { clock, copies, keep } = copiesWith({ maxBytes: 8000 });
    for (let page = 0; page < 100; page += 1) keep(`s/${page}`, 1n);
    const held = copies.ids();
    expect(held.length).toBeLessThan(20);
    copies.drop([held[0] ?? '']);
    await clock.advance(13_000);
    copies.read(held[1] ?? '');
    expect(copies.changed('s', changed(2n))).toEqual(held.slice(2));
  });

  it('has no names for what is not held any more', () => {
    const { copies } = plainCopies({ maxBytes: 8000 });
    for (let id = 0n; id < 100n; id += 1n) copies.keep(id, '', copies.ticket());
    expect(copies.groups).toBe(copies.size);
    copies.drop(copies.ids());
    expect(copies.groups).toBe(0);
  });
});

describe('whatever is kept, changed, dropped and read, in whatever order', () => {
  const step = fc.record({
    verb: fc.constantFrom('keep', 'keep', 'keep late', 'change', 'change at once', 'drop', 'wait'),
    subject: fc.constantFrom('s', 't'),
    page: fc.integer({ min: 1, max: 3 }),
    lag: fc.integer({ min: 0, max: 2 }),
    ms: fc.integer({ min: 1, max: 2000 }),
  });

  it('shows as fresh only what has all that was heard, and nothing too long, and is within its bound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, copies } = copiesWith({ maxBytes: 10_000, sizeOf: () => 700 });
        const told = new Map([
          ['s', { at: [0], gone: 0 }],
          ['t', { at: [0], gone: 0 }],
        ]);
        const change = (subject: string, atOnce: boolean): void => {
          const { at = [], ...rest } = told.get(subject) ?? { gone: 0 };
          told.set(subject, { at: [...at, clock.monotonic()], gone: atOnce ? at.length : rest.gone });
          copies.changed(subject, { version: BigInt(at.length), atOnce });
        };
        const versionNow = (subject: string): number => (told.get(subject)?.at.length ?? 0) - 1;
        const first = copies.ticket();
        const verbs: Record<string, (on: { subject: string; page: number; lag: number }) => void> = {
          keep: ({ subject, page }) => {
            const version = BigInt(versionNow(subject));
            copies.keep(`${subject}/${page}`, { version, text: '' }, copies.ticket());
          },
          'keep late': ({ subject, page, lag }) => {
            const version = BigInt(Math.max(0, versionNow(subject) - lag));
            copies.keep(`${subject}/${page}`, { version, text: '' }, first);
          },
          change: ({ subject }) => change(subject, false),
          'change at once': ({ subject }) => change(subject, true),
          drop: ({ subject, page }) => copies.drop([`${subject}/${page}`]),
        };
        for (const { verb, ms, ...on } of steps) {
          if (verb === 'wait') await clock.advance(ms);
          verbs[verb]?.(on);
          expect(copies.bytes).toBeLessThanOrEqual(10_000);
          expect(copies.groups).toBeLessThanOrEqual(copies.size);
          for (const id of copies.ids()) {
            const copy = copies.read(id);
            if (!copy) continue;
            const { at = [], gone = 0 } = told.get(id.slice(0, 1)) ?? {};
            const version = Number(copy.value?.version);
            expect(version).toBeGreaterThanOrEqual(gone);
            if (copy.fresh) expect(version).toBe(at.length - 1);
            else expect(clock.monotonic() - (at[version + 1] ?? clock.monotonic())).toBeLessThan(3000);
          }
        }
      }),
    );
  });
});

describe('an answer that comes late', () => {
  it.each([
    ['ordinary', changed(0n)],
    ['at once', goneAt(0n)],
  ])('is not kept when a change was heard while it was looked up: %s', (_, change) => {
    const { copies } = plainCopies();
    const ticket = copies.ticket();
    copies.changed('1', change);
    expect(copies.keep(1n, 'before', ticket)).toBe(false);
    expect(copies.read(1n)).toBeUndefined();
    expect(copies.counts).toMatchObject({ overtaken: 1, kept: 0 });
    expect(copies.keep(2n, 'another', ticket)).toBe(true);
    expect(copies.keep(1n, 'after', copies.ticket())).toBe(true);
  });

  it('is kept in spite of a change meanwhile when its version has it', () => {
    const { copies } = copiesWith();
    const ticket = copies.ticket();
    copies.changed('s', changed(7n));
    expect(copies.keep('s/1', { version: 7n, text: '' }, ticket)).toBe(true);
  });

  it('is not kept when a process answers that lags behind what was heard', () => {
    const { copies, keep } = copiesWith({ staleMs: 0 });
    copies.changed('s', changed(7n));
    expect(keep('s/1', 6n)).toBe(false);
    expect(copies.counts.outdated).toBe(1);
    expect(keep('s/1', 7n)).toBe(true);
  });

  it('is measured by the highest version heard, in whatever order', () => {
    const { copies, keep } = copiesWith({ staleMs: 0 });
    copies.changed('s', changed(7n));
    copies.changed('s', changed(5n));
    expect(keep('s/1', 6n)).toBe(false);
  });

  it('is shown, not as fresh, until nothing is that lacks the first change that it lacks', async () => {
    const { clock, copies, keep } = copiesWith();
    for (const version of [7n, 8n, 9n]) {
      copies.changed('s', changed(version));
      await clock.advance(1000);
    }
    expect(keep('s/1', 7n)).toBe(true);
    expect(keep('s/2', 6n)).toBe(false);
    await clock.advance(999);
    expect(copies.read('s/1')?.fresh).toBe(false);
    await clock.advance(1);
    expect(copies.read('s/1')).toBeUndefined();
  });

  it('is not shown at all when it lacks what was to be gone at once, whatever came behind that', () => {
    const { copies, keep } = copiesWith();
    copies.changed('s', goneAt(7n));
    copies.changed('s', changed(8n));
    expect(keep('s/1', 6n)).toBe(false);
    expect(keep('s/1', 7n)).toBe(true);
  });

  it('is not kept when it says that there is none of what has a version', () => {
    const { copies } = copiesWith();
    copies.changed('s', changed(1n));
    expect(copies.keep('s/1', undefined, copies.ticket())).toBe(false);
    expect(copies.keep('t/1', undefined, copies.ticket())).toBe(true);
  });

  it('does not replace what is newer', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 7n);
    expect(keep('s/1', 6n)).toBe(false);
    expect(copies.read('s/1')?.value?.version).toBe(7n);
  });

  it('replaces what is stale, and makes it fresh', () => {
    const { copies, keep } = copiesWith();
    keep('s/1', 6n);
    copies.changed('s', changed(7n));
    keep('s/1', 7n);
    expect(copies.read('s/1')).toEqual({ value: { version: 7n, text: 's/1 of 7' }, fresh: true });
    expect(copies.size).toBe(1);
  });

  it('is not kept after a drop of its id, nor after all was cleared', () => {
    const { copies } = plainCopies();
    copies.keep(1n, 'one', copies.ticket());
    const beforeDrop = copies.ticket();
    copies.drop([1n]);
    expect(copies.read(1n)).toBeUndefined();
    expect(copies.keep(1n, 'one', beforeDrop)).toBe(false);
    const beforeClear = copies.ticket();
    copies.keep(2n, 'two', beforeClear);
    copies.clear();
    expect([copies.size, copies.bytes, copies.groups]).toEqual([0, 0, 0]);
    expect(copies.keep(2n, 'two', beforeClear)).toBe(false);
  });
});

describe('the bound of local copies', () => {
  it('refuses a value over an eighth of it, and does not go on showing the one before', () => {
    const { copies, keep } = copiesWith({ maxBytes: 80_000 });
    keep('s/1', 1n);
    expect(keep('s/1', 2n, 'x'.repeat(10_000))).toBe(false);
    expect(copies.read('s/1')).toBeUndefined();
    expect(copies.counts.tooBig).toBe(1);
  });

  it('counts what a copy costs beside its value', () => {
    const { copies } = plainCopies({ maxBytes: 100_000, sizeOf: () => 0 });
    for (let id = 0n; id < 10_000n; id += 1n) copies.keep(id, '', copies.ticket());
    expect(copies.size).toBeLessThan(1000);
  });

  it('measures values roughly when nobody says how', () => {
    const { copies } = plainCopies({ maxBytes: 100_000 });
    copies.keep(1n, '', copies.ticket());
    const before = copies.bytes;
    copies.keep(2n, 'x'.repeat(1000), copies.ticket());
    expect(copies.bytes - 2 * before).toBe(2000);
  });
});

describe('local copies of hot ids', () => {
  const read = (copies: LocalCopies<string, Page>, times: number): void => {
    for (let time = 0; time < times; time += 1) copies.read('s/1');
  };

  it('are kept once the id is read often, and not before', () => {
    const { copies, keep } = copiesWith({ promote: 'hot' });
    read(copies, 19);
    expect(keep('s/1', 1n)).toBe(false);
    expect(copies.counts.cold).toBe(1);
    read(copies, 1);
    expect(keep('s/1', 1n)).toBe(true);
    expect(keep('s/2', 1n)).toBe(false);
  });

  it('go when the id is read seldom again', async () => {
    const { clock, copies, keep } = copiesWith({ promote: 'hot' });
    read(copies, 20);
    keep('s/1', 1n);
    await clock.advance(5000);
    read(copies, 1);
    expect([copies.size, copies.bytes, copies.counts.demoted]).toEqual([0, 0, 1]);
    expect(copies.changed('s', changed(2n))).toEqual([]);
  });
});
