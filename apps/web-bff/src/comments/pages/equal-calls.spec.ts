import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import {
  Deadline,
  FakeClock,
  currentContext,
  newTraceId,
  runInContext,
  type RequestContext,
} from '@storey/context';
import { EqualCalls } from './equal-calls.js';

const clock = new FakeClock();
const page = {};
const alice: RequestContext = {
  traceId: newTraceId(),
  priority: 'sheddable_plus',
  principal: { userId: '11', sessionId: '1', roles: ['user'], level: 1 },
};
const { principal = { userId: '', sessionId: '', roles: [], level: 0 } } = alice;

let calls: EqualCalls<object, number>;
let made: RequestContext[];

beforeEach(() => {
  calls = new EqualCalls();
  made = [];
});

const ask = (context: RequestContext, about = page): Promise<number> =>
  runInContext(context, () => calls.make(about, async () => made.push(currentContext())));

describe('equal calls', () => {
  it('of one turn are one, and later ones another', async () => {
    const answers = await Promise.all([ask(alice), ask(alice), ask({ ...alice })]);
    expect(answers).toEqual([1, 1, 1]);
    expect(await ask(alice)).toBe(2);
    expect(calls.counts).toEqual({ made: 2, shared: 2 });
  });

  it('leave behind the turn: nobody is told less than he knew when he asked', async () => {
    let acknowledged = 0;
    const first = runInContext(alice, () => calls.make(page, async () => acknowledged));
    acknowledged = 1;
    const second = runInContext(alice, () => calls.make(page, async () => -1));
    expect(await Promise.all([first, second])).toEqual([1, 1]);
  });

  it.each([
    ['another page', alice, {}],
    ['another person', { ...alice, principal: { ...principal, userId: '12' } }, page],
    ['another session', { ...alice, principal: { ...principal, sessionId: '2' } }, page],
    ['another role', { ...alice, principal: { ...principal, roles: ['user', 'moderator'] as const } }, page],
    ['another level', { ...alice, principal: { ...principal, level: 6 } }, page],
  ])('are none for %s', async (_, context, about) => {
    await Promise.all([ask(alice), ask(context, about)]);
    expect(made.map((each) => each.principal)).toEqual([alice.principal, context.principal]);
  });

  it('have the deadline of the one in the greatest hurry, and outlive each', async () => {
    const gone = new AbortController();
    const within = (ms: number): RequestContext => ({ ...alice, deadline: Deadline.in(ms, clock) });
    const all = [ask({ ...within(500), signal: gone.signal }), ask(within(50)), ask(within(300))];
    gone.abort();
    expect(await Promise.all(all)).toEqual([1, 1, 1]);
    expect(made[0]?.deadline?.remainingMs).toBe(50);
    expect(made[0]).not.toHaveProperty('signal');
  });

  it('fail together', async () => {
    const fail = (): Promise<number> => calls.make(page, () => Promise.reject(new Error('no')));
    const ends = await Promise.allSettled([fail(), fail()]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await setImmediate();
    expect(calls.counts).toEqual({ made: 1, shared: 1 });
  });
});
