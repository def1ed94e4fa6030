import { FakeClock, SeededRandom } from '@storey/context';
import { describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import { checksumsOf, findDiffering } from './checksums.js';
import { LocalCopies } from './local-copies.js';
import { Patrol, type PatrolOptions } from './patrol.js';

interface Page {
  readonly version: bigint;
  readonly text: string;
}

const page = (version: bigint, text = `text of ${version}`): Page => ({ version, text });
const checksum = ({ text }: Page): number => crc32(text);

function copiesOf(pages: ReadonlyMap<number, Page | undefined>, clock = new FakeClock()) {
  const copies = new LocalCopies<number, Page>(
    {
      maxBytes: 1_000_000,
      freshMs: Infinity,
      staleMs: 60_000,
      promote: 'all',
      versionOf: ({ version }) => version,
    },
    { clock },
  );
  for (const [id, value] of pages) copies.keep(id, value, copies.ticket());
  return copies;
}

function patrolled(
  pages: ReadonlyMap<number, Page | undefined>,
  more: Partial<PatrolOptions<number, Page>> = {},
) {
  const clock = new FakeClock();
  const copies = copiesOf(pages, clock);
  const truth = new Map<number, Page>();
  for (const [id, value] of pages) if (value) truth.set(id, value);
  const asked: (readonly number[])[] = [];
  const errors: unknown[] = [];
  const patrol = new Patrol<number, Page>({
    copies,
    truth: (ids) => {
      asked.push(ids);
      return Promise.resolve(new Map(truth));
    },
    checksum,
    everyMs: 1000,
    batch: 10,
    onError: (error) => errors.push(error),
    clock,
    random: new SeededRandom(1),
    ...more,
  });
  return { asked, clock, copies, errors, patrol, truth };
}

const two = new Map([
  [1, page(1n)],
  [2, page(1n)],
]);

describe('a patrol', () => {
  it('drops a copy whose change was never heard, and leaves the others', async () => {
    const { clock, copies, patrol, truth } = patrolled(two);
    truth.set(1, page(2n));
    patrol.start();
    await clock.advance(1000);
    expect([copies.peek(1), copies.peek(2)?.fresh]).toEqual([undefined, true]);
    expect(patrol.counts).toMatchObject({ rounds: 1, compared: 2, repaired: 1 });
    await patrol.close();
  });

  it('drops a copy of what is gone, one of what has come, and one that was spoilt', async () => {
    const { copies, patrol, truth } = patrolled(new Map([...two, [3, undefined]]));
    truth.delete(1);
    truth.set(2, page(1n, 'spoilt'));
    truth.set(3, page(1n));
    await patrol.step();
    expect(copies.size).toBe(0);
    expect(patrol.counts.repaired).toBe(3);
  });

  it('voids the tickets of what it drops: who looked it up before may have the same', async () => {
    const { copies, patrol, truth } = patrolled(two);
    const before = copies.ticket();
    truth.set(1, page(2n));
    await patrol.step();
    expect(copies.keep(1, page(1n), before)).toBe(false);
  });

  it('does not take away what is newer than the truth that it was told', async () => {
    const { copies, patrol, truth } = patrolled(new Map([[1, page(7n)]]));
    truth.set(1, page(6n));
    await patrol.step();
    expect(copies.peek(1)?.fresh).toBe(true);
    expect(patrol.counts).toMatchObject({ repaired: 0, ahead: 1 });
  });

  it('judges nothing that was replaced while the truth was asked for', async () => {
    const { copies, patrol } = patrolled(two, {
      truth: () => {
        copies.keep(1, page(2n), copies.ticket());
        copies.changed('2', { version: 2n, atOnce: false });
        return Promise.resolve(new Map());
      },
    });
    await patrol.step();
    expect([copies.peek(1)?.fresh, copies.peek(2)?.fresh]).toEqual([true, false]);
    expect(patrol.counts.compared).toBe(0);
  });

  it('asks for a batch in a step, for every copy once in a round, and for none that is not fresh', async () => {
    const pages = new Map(Array.from({ length: 25 }, (_, id) => [id, page(1n)]));
    const { asked, clock, copies, patrol } = patrolled(pages);
    copies.changed('7', { version: 2n, atOnce: false });
    patrol.start();
    await clock.advance(3000);
    expect(asked.map((ids) => ids.length)).toEqual([10, 9, 5]);
    expect(new Set(asked.flat()).size).toBe(24);
    await clock.advance(1000);
    expect(patrol.counts.rounds).toBe(2);
    await patrol.close();
  });

  it('asks for nothing when there are no copies', async () => {
    const { asked, clock, patrol } = patrolled(new Map());
    patrol.start();
    await clock.advance(5000);
    expect([asked, patrol.counts.rounds]).toEqual([[], 0]);
    await patrol.close();
  });

  it('tells of a truth that fails, keeps the copies, and goes on', async () => {
    const failure = new Error('no tables today');
    const { clock, copies, errors, patrol } = patrolled(two, { truth: () => Promise.reject(failure) });
    patrol.start();
    await clock.advance(2000);
    expect(errors).toEqual([failure, failure]);
    expect([copies.size, patrol.counts.failures]).toEqual([2, 2]);
    await patrol.close();
  });

  it('does not wait for a truth for ever', async () => {
    const { clock, errors, patrol } = patrolled(two, { truth: untilAborted });
    patrol.start();
    await clock.advance(6000);
    expect(errors).toMatchObject([{ code: 'COMMON_DEADLINE_EXCEEDED' }]);
    await patrol.close();
  });

  it('ends at once when it is closed in the middle of a step, and tells of nothing', async () => {
    const { clock, errors, patrol } = patrolled(two, { truth: untilAborted });
    patrol.start();
    await clock.advance(1000);
    await patrol.close();
    await clock.advance(10_000);
    expect([errors, clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe('a patrol that was closed', () => {
  it('waits for the truth of its last step, and goes no further', async () => {
    const truth = Promise.withResolvers<ReadonlyMap<number, Page>>();
    const { clock, patrol } = patrolled(two, { truth: () => truth.promise });
    patrol.start();
    await clock.advance(1000);
    const closed = patrol.close();
    truth.resolve(two);
    await closed;
    expect([patrol.counts.compared, clock.pendingTimers]).toEqual([2, 0]);
  });
});

describe('checksums of copies', () => {
  it('name what processes hold differently, also where one knows that there is none', () => {
    const processes = [
      new Map([
        [1, page(1n)],
        [2, page(1n)],
        [3, page(1n)],
      ]),
      new Map([
        [1, page(1n)],
        [2, page(2n)],
        [4, page(1n)],
      ]),
      new Map([
        [1, page(1n)],
        [3, undefined],
      ]),
    ].map((pages) => checksumsOf(copiesOf(pages), checksum));
    expect(findDiffering(processes)).toEqual(['2', '3']);
  });

  it('leave out what is known not to be fresh', () => {
    const copies = copiesOf(two);
    copies.changed('1', { version: 2n, atOnce: false });
    expect([...checksumsOf(copies, checksum).keys()]).toEqual(['2']);
  });
});

function untilAborted(_: readonly number[], signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
