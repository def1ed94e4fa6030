import { describe, expect, it } from '@jest/globals';
import { CursorSealer } from '@storey/auth';
import {
  Deadline,
  FakeClock,
  currentContext,
  newTraceId,
  runInContext,
  type RequestContext,
} from '@storey/context';
import { notFound } from '@storey/errors';
import { type PageLoader, type LoadedPage } from './page-loader.js';
import { repliesRequest, rootsRequest, type PageRequest } from './page-request.js';
import { PageWriter } from './page-writer.js';
import { Pages } from './pages.js';

const subject = { type: 'video', oid: 'a' };
const walk = { sort: 'new', limit: 20 } as const;
const cursors = new CursorSealer({ secret: new Uint8Array(32) });
const rootsOf = (query: object, of = subject): PageRequest =>
  rootsRequest(of, { ...walk, ...query }, cursors);
const roots = rootsOf({});
const replies = repliesRequest({ id: 5n }, walk, cursors);
/** Reads that make a page hot. */
const MANY = 30;

interface Waiting {
  readonly request: PageRequest;
  readonly context: RequestContext;
  readonly answer: (version: bigint, degraded?: readonly string[]) => Promise<void>;
  readonly refuse: (error: Error) => void;
}

/** Pages whose loads the test answers, in its order. */
function setup() {
  const loads: Waiting[] = [];
  const clock = new FakeClock();
  const load = (request: PageRequest): Promise<LoadedPage> => {
    const { promise, resolve, reject } = Promise.withResolvers<LoadedPage>();
    const answer = async (version: bigint, degraded: readonly string[] = []): Promise<void> => {
      const page = new PageWriter({ users: new Map(), degraded: false }).end(degraded);
      resolve({ page, subject, version, viewers: new Map() });
      await clock.advance(0);
    };
    loads.push({ request, context: currentContext(), answer, refuse: reject });
    return promise;
  };
  const pages = new Pages({ load } as PageLoader, clock);
  const last = (): Waiting => {
    const waiting = loads.at(-1);
    if (!waiting) throw new Error('nothing was loaded');
    return waiting;
  };
  /** Asks until the page is kept. */
  const heat = async (request: PageRequest, version = 1n, degraded: readonly string[] = []) => {
    for (let i = 0; i < MANY; i += 1) pages.peek(request);
    const loading = pages.load(request);
    await last().answer(version, degraded);
    return loading;
  };
  return { pages, clock, loads, last, heat };
}

const asAlice: RequestContext = {
  traceId: newTraceId(),
  priority: 'sheddable_plus',
  principal: { userId: '11', sessionId: '1', roles: ['moderator'], level: 6 },
};

describe('Pages', () => {
  it('load a page once for a thousand who ask for it at the same time', async () => {
    const { pages, loads, last } = setup();
    const all = Array.from({ length: 1000 }, () => pages.load(rootsOf({})));
    expect(loads).toHaveLength(1);
    await last().answer(1n);
    expect(new Set(await Promise.all(all)).size).toBe(1);
    expect(pages.counts).toMatchObject({ loaded: 1, shared: 999 });
  });

  it('load for nobody, whoever asks first', async () => {
    const { pages, loads, last, heat, clock } = setup();
    const hers = runInContext(asAlice, () => pages.load(roots));
    await last().answer(1n);
    await hers;
    await heat(roots);
    await clock.advance(500);
    runInContext(asAlice, () => pages.peek(roots));
    expect(loads).toHaveLength(3);
    for (const { context } of loads) {
      expect(context).not.toHaveProperty('principal');
      expect(context.traceId).not.toBe(asAlice.traceId);
      expect(context.deadline?.remainingMs).toBeLessThanOrEqual(450);
    }
  });

  it('end the wait of one whose time is up, and not the load', async () => {
    const { pages, clock, last } = setup();
    const hurried: RequestContext = { ...asAlice, deadline: Deadline.in(50, clock) };
    const late = runInContext(hurried, () => pages.load(roots));
    const patient = pages.load(roots);
    const refused = expect(late).rejects.toMatchObject({ kind: 'deadline_exceeded' });
    await clock.advance(50);
    await refused;
    await last().answer(1n);
    await expect(patient).resolves.toMatchObject({ version: 1n });
  });

  it('keep no refusal', async () => {
    const { pages, last, loads } = setup();
    const first = pages.load(replies);
    last().refuse(notFound());
    await expect(first).rejects.toMatchObject({ kind: 'not_found' });
    void pages.load(replies);
    expect(loads).toHaveLength(2);
  });

  it('keep what is read often, and nothing else', async () => {
    const { pages, heat } = setup();
    const once = pages.load(roots);
    void once;
    expect(pages.peek(roots)).toBeUndefined();
    await heat(roots, 2n);
    const cursor = cursors.seal(roots.scope, Uint8Array.of(1));
    expect(pages.peek(rootsOf({}))).toMatchObject({ version: 2n });
    for (const query of [{ limit: 19 }, { sort: 'old' }, { floor: 1n }, { cursor }])
      expect(pages.peek(rootsOf(query))).toBeUndefined();
    expect(pages.peek(rootsOf({}, { type: 'video', oid: 'b' }))).toBeUndefined();
    expect(pages.peek(replies)).toBeUndefined();
  });

  it('show a page for half a second, then make it anew while they show it, and never for a whole one', async () => {
    const { pages, clock, loads, last, heat } = setup();
    await heat(roots);
    await clock.advance(499);
    expect(pages.peek(roots)).toBeDefined();
    expect(loads).toHaveLength(1);
    await clock.advance(1);
    for (let i = 0; i < 10; i += 1) expect(pages.peek(roots)).toMatchObject({ version: 1n });
    expect(loads).toHaveLength(2);
    last().refuse(new Error('no'));
    await clock.advance(250);
    expect(pages.peek(roots)).toBeUndefined();
    expect(pages.counts).toMatchObject({ fresh: 1, stale: 10, failed: 1 });
  });

  it('make a page anew as soon as it has changed, and show it as it was meanwhile: nobody waits', async () => {
    const { pages, clock, loads, last, heat } = setup();
    await heat(roots);
    await clock.advance(100);
    pages.changed('video/b', { version: 2n, atOnce: false });
    pages.changed('video/a', { version: 1n, atOnce: false });
    expect(loads).toHaveLength(1);
    pages.changed('video/a', { version: 2n, atOnce: false });
    expect(loads).toHaveLength(2);
    for (let i = 0; i < 10; i += 1) expect(pages.peek(roots)).toMatchObject({ version: 1n });
    expect(loads).toHaveLength(2);
    await last().answer(2n);
    expect(pages.peek(roots)).toMatchObject({ version: 2n });
    expect(pages.counts).toMatchObject({ stale: 10, failed: 0 });
  });

  it('show a page as it was for a quarter of a second at most, when it can not be made anew', async () => {
    const { pages, clock, last, heat } = setup();
    await heat(roots);
    await clock.advance(100);
    pages.changed('video/a', { version: 2n, atOnce: false });
    last().refuse(new Error('no'));
    await clock.advance(249);
    expect(pages.peek(roots)).toMatchObject({ version: 1n });
    await clock.advance(1);
    expect(pages.peek(roots)).toBeUndefined();
  });

  it('keep what was overtaken by a change while it was made: it is newer than what is shown', async () => {
    const { pages, clock, loads, last, heat } = setup();
    await heat(roots);
    await clock.advance(200);
    pages.changed('video/a', { version: 2n, atOnce: false });
    await clock.advance(50);
    pages.changed('video/a', { version: 3n, atOnce: false });
    expect(loads).toHaveLength(2);
    await last().answer(2n);
    await clock.advance(249);
    expect(pages.peek(roots)).toMatchObject({ version: 2n });
    await clock.advance(1);
    expect(pages.peek(roots)).toBeUndefined();
  });

  it('make a page that changes all the time anew every 100 ms', async () => {
    const { pages, clock, loads, last, heat } = setup();
    await heat(roots);
    pages.changed('video/a', { version: 2n, atOnce: false });
    await clock.advance(99);
    expect(pages.peek(roots)).toMatchObject({ version: 1n });
    expect(loads).toHaveLength(1);
    await clock.advance(1);
    expect(pages.peek(roots)).toMatchObject({ version: 1n });
    expect(loads).toHaveLength(2);
    await last().answer(2n);
    expect(pages.peek(roots)).toMatchObject({ version: 2n });
  });

  it('show what has changed at once not a moment longer, nor what was being loaded then', async () => {
    const { pages, loads, heat } = setup();
    await heat(roots);
    pages.changed('video/b', { version: 9n, atOnce: true });
    expect(pages.peek(roots)).toBeDefined();
    const before = pages.load(roots);
    pages.changed('video/a', { version: 2n, atOnce: true });
    expect(pages.peek(roots)).toBeUndefined();
    const after = pages.load(roots);
    expect(loads).toHaveLength(3);
    await loads[1]?.answer(1n);
    await loads[2]?.answer(2n);
    expect([(await before).version, (await after).version]).toEqual([1n, 2n]);
    expect(pages.peek(roots)).toMatchObject({ version: 2n });
  });

  it('do not keep a page that shows what is to be shown no more', async () => {
    const { pages, heat } = setup();
    pages.changed('video/a', { version: 3n, atOnce: true });
    await heat(roots, 2n);
    expect(pages.peek(roots)).toBeUndefined();
    await heat(roots, 3n);
    expect(pages.peek(roots)).toMatchObject({ version: 3n });
  });

  it('keep a page that lacks something for a fifth of a second', async () => {
    const { pages, clock, heat } = setup();
    await heat(roots, 1n, ['profiles']);
    await clock.advance(199);
    expect(pages.peek(roots)).toBeDefined();
    await clock.advance(1);
    expect(pages.peek(roots)).toBeUndefined();
  });

  it('learn from the first answer of which subject a root is, and hear of its changes', async () => {
    const { pages, heat } = setup();
    await heat(replies);
    expect(pages.peek(replies)).toBeUndefined();
    await heat(replies);
    expect(pages.peek(replies)).toMatchObject({ version: 1n });
    pages.changed('video/a', { version: 2n, atOnce: true });
    expect(pages.peek(replies)).toBeUndefined();
  });

  it('say how much they hold', async () => {
    const { pages, heat } = setup();
    expect(pages.bytes).toBe(0);
    await heat(roots);
    expect(pages.bytes).toBeGreaterThan(0);
  });
});
