import { describe, expect, it } from '@jest/globals';
import {
  Deadline,
  FakeClock,
  currentContext,
  runInContext,
  type Principal,
  type RequestContext,
} from '@storey/context';
import { deadlineExceeded } from '@storey/errors';
import { Observable, of } from 'rxjs';
import { Harness, clientOf, controllerOf, gate, turn, type CreateRpc } from './harness.contract.js';

const ann: Principal = { userId: '42', sessionId: 's1', roles: ['user', 'admin'], level: 3 };
const request: RequestContext = { traceId: 'ab'.repeat(16), priority: 'critical' };

export function describeContext(create: CreateRpc): void {
  describe('the context of a call', () => {
    const on = new Harness(create);

    /** A service that shows its context, and what it saw. */
    async function observed(clock?: FakeClock) {
      const seen: RequestContext[] = [];
      const { server, client, tokens } = await on.open(['comment'], clock);
      const countUnread = async () => (seen.push(currentContext()), { count: 1n });
      async function* watch() {
        seen.push(currentContext());
        yield { id: '1' };
        seen.push(currentContext());
      }
      await on.serve(server, controllerOf({ countUnread, watch }));
      return { seen, tokens, comments: clientOf(client) };
    }

    it('is rebuilt from what travels: trace, lane, priority, address and principal', async () => {
      const { seen, comments } = await observed();
      const caller = { ...request, lane: 'canary-2', clientIp: '2001:db8::1', principal: ann };
      await runInContext(caller, () => comments.countUnread({}));
      expect(seen).toEqual([
        expect.objectContaining({ ...caller, principal: { ...ann }, deadline: expect.any(Deadline) }),
      ]);
      expect(seen[0]).not.toBe(caller);
      expect(seen[0]?.principal).not.toBe(ann);
    });

    it('has no principal for an anonymous caller, and nothing that was not sent', async () => {
      const { seen, comments } = await observed();
      await runInContext(request, () => comments.countUnread({}));
      expect(Object.keys(seen[0] ?? {}).sort()).toEqual(['deadline', 'priority', 'signal', 'traceId']);
    });

    it('drops a lane or an address that is none', async () => {
      const { seen, comments } = await observed();
      await runInContext({ ...request, lane: 'a b\r\n', clientIp: 'localhost' }, () =>
        comments.countUnread({}),
      );
      expect(seen[0]?.lane).toBeUndefined();
      expect(seen[0]?.clientIp).toBeUndefined();
    });

    it('is the same at every step of a stream, whoever asks for the next message', async () => {
      const { seen, comments } = await observed();
      const stream = runInContext({ ...request, principal: ann }, () => comments.watch({}));
      await runInContext({ ...request, traceId: 'f'.repeat(32) }, () => stream.next());
      await stream.next();
      expect(seen.map(({ traceId, principal }) => [traceId, principal?.userId])).toEqual([
        [request.traceId, '42'],
        [request.traceId, '42'],
      ]);
    });

    it('of the caller is back when the answer is there', async () => {
      const { comments } = await observed();
      await runInContext(request, async () => {
        await comments.countUnread({});
        expect(currentContext()).toBe(request);
        for await (const _ of comments.watch({})) expect(currentContext()).toBe(request);
      });
    });

    it('is never the caller’s own in what a handler does when its signal aborts', async () => {
      const traces: string[] = [];
      const { server, client } = await on.open();
      const watch = () =>
        new Observable<{ id: string }>((out) => {
          currentContext().signal?.addEventListener('abort', () => traces.push(currentContext().traceId));
          out.next({ id: '1' });
        });
      await on.serve(server, controllerOf({ watch }));
      const caller = new AbortController();
      const stream = clientOf(client).watch({}, { signal: caller.signal });
      await stream.next();
      runInContext(request, () => caller.abort());
      await expect(stream.next()).rejects.toThrow();
      await on.arrived(() => expect(traces).toHaveLength(1));
      expect(traces).not.toContain(request.traceId);
    });

    it('is empty where a defect is reported, in a call and in a stream', async () => {
      const { comments } = await on.started({
        countUnread: () => Promise.reject(new Error('1')),
        async *watch() {
          yield {};
          throw new Error('2');
        },
      });
      await runInContext(request, async () => {
        await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'internal' });
        const stream = comments.watch({});
        await stream.next();
        await expect(stream.next()).rejects.toMatchObject({ kind: 'internal' });
      });
      expect(on.defects()).toHaveLength(2);
      expect(on.contexts()).toEqual(['0'.repeat(32), '0'.repeat(32)]);
    });

    it('mints and verifies one token for all calls of a principal in half its life', async () => {
      const { tokens, comments } = await observed();
      const read = () => runInContext({ ...request, principal: ann }, () => comments.countUnread({}));
      await Promise.all(Array.from({ length: 20 }, read));
      await read();
      expect([tokens.minted, tokens.verified]).toEqual([1, 1]);
    });
  });

  describe('identity', () => {
    const on = new Harness(create);

    it('is asked of every call: a token for another service is refused before the handler', async () => {
      let calls = 0;
      const { server, client, tokens } = await on.open();
      const mint = tokens.mint.bind(tokens);
      tokens.mint = (principal) => mint(principal, 'history');
      const watch = () => (calls++, of({ id: '1' }));
      await on.serve(server, controllerOf({ countUnread: async () => (calls++, { count: 1n }), watch }));
      const refused = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_INVALID' };
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject(refused);
      tokens.mint = () => '';
      await expect(clientOf(client).countUnread({})).rejects.toMatchObject(refused);
      await expect(clientOf(client).watch({}).next()).rejects.toMatchObject(refused);
      expect(calls).toBe(0);
    });
  });

  describe('the deadline of a call', () => {
    const on = new Harness(create);

    /** A service that never answers, with what it was given. */
    async function silent() {
      const clock = new FakeClock();
      const entered = gate<RequestContext>();
      const held = gate();
      const { server, client } = await on.open(['comment'], clock);
      const never = async () => {
        entered.resolve(currentContext());
        await held.promise;
        return { count: 1n };
      };
      await on.serve(server, controllerOf({ countUnread: never, markRead: async () => (await never(), {}) }));
      return { clock, entered: entered.promise, release: held.resolve, comments: clientOf(client) };
    }

    it.each<[string, number, { own?: number; caller?: number }]>([
      ['400 ms unless told', 400, {}],
      ['what the call says', 300, { own: 300 }],
      ['what is left of the caller', 200, { own: 300, caller: 200 }],
      ['not stretched by the caller', 400, { caller: 10_000 }],
    ])('is %s, on both sides', async (_, expected, { own, caller }) => {
      const { clock, entered, comments, release } = await silent();
      const deadline = caller === undefined ? undefined : Deadline.in(caller, clock);
      const pending = runInContext({ ...request, ...(deadline && { deadline }) }, () =>
        comments.countUnread({}, own === undefined ? {} : { timeoutMs: own }),
      );
      const late = expect(pending).rejects.toMatchObject({
        kind: 'deadline_exceeded',
        code: 'COMMON_DEADLINE_EXCEEDED',
      });
      const context = await entered;
      const left = context.deadline?.remainingMs ?? 0;
      expect(left).toBeLessThanOrEqual(expected);
      expect(left).toBeGreaterThanOrEqual(expected - on.lossMs);
      await clock.advance(left - 1);
      expect(context.signal?.aborted).toBe(false);
      await clock.advance(expected - left + 1);
      await late;
      expect([context.signal?.aborted, context.deadline?.expired]).toEqual([true, true]);
      release();
    });

    it('leaves open what became of a call that is no read', async () => {
      const { clock, entered, comments, release } = await silent();
      const late = expect(comments.markRead({})).rejects.toMatchObject({
        kind: 'outcome_unknown',
        code: 'COMMON_OUTCOME_UNKNOWN',
      });
      await entered;
      await clock.advance(400);
      await late;
      release();
    });

    it('leaves it open when the service says that time is over, as it may go on', async () => {
      const late = (): Promise<never> => Promise.reject(deadlineExceeded());
      const { comments } = await on.started({ countUnread: late, markRead: late });
      await expect(comments.markRead({})).rejects.toMatchObject({ kind: 'outcome_unknown' });
      await expect(comments.countUnread({})).rejects.toMatchObject({ kind: 'deadline_exceeded' });
    });

    it('that is over already makes no call', async () => {
      const { server, client } = await on.open();
      const called = (): Promise<never> => Promise.reject(new Error('called'));
      await on.serve(server, controllerOf({ countUnread: called, markRead: called }));
      const context = { ...request, deadline: Deadline.in(0) };
      const { countUnread, markRead } = clientOf(client);
      for (const call of [countUnread, markRead]) {
        await expect(runInContext(context, () => call({}))).rejects.toMatchObject({
          kind: 'deadline_exceeded',
        });
      }
    });

    it.each(['call', 'request'])(
      'does not keep the caller who gives the %s up, nor the handler',
      async (what) => {
        const { entered, comments, release } = await silent();
        const caller = new AbortController();
        const signal = caller.signal;
        const context = what === 'request' ? { ...request, signal } : request;
        const pending = runInContext(context, () =>
          comments.countUnread({}, what === 'call' ? { signal } : {}),
        );
        const { signal: far } = await entered;
        const reason = new Error('gone');
        const refused = expect(pending).rejects.toBe(reason);
        caller.abort(reason);
        await refused;
        await on.arrived(() => expect(far?.aborted).toBe(true));
        release();
      },
    );

    it('leaves no timer behind a call that is done', async () => {
      const { clock, entered, comments, release } = await silent();
      const pending = comments.countUnread({});
      await entered;
      release();
      await pending;
      await turn();
      expect(clock.pendingTimers).toBe(0);
    });

    it('bounds the wait of a service that closes while it still works', async () => {
      const clock = new FakeClock();
      const entered = gate();
      const held = gate();
      const { comments, app } = await on.started(
        { countUnread: async () => (entered.resolve(), await held.promise, { count: 5n }) },
        clock,
      );
      const pending = comments.countUnread({});
      await entered.promise;
      let closed = false;
      const closing = app.close().then(() => (closed = true));
      await turn();
      expect(closed).toBe(false);
      held.resolve();
      await expect(pending).resolves.toMatchObject({ count: 5n });
      await closing;
    });
  });

  describe('edges', () => {
    const on = new Harness(create);

    it('are told for every call, from the app to the method', async () => {
      const { server, client } = await on.open(['comment', 'history']);
      const controller = controllerOf({ countUnread: async () => ({ count: 1n }) });
      await on.serve(server, controller);
      const comments = clientOf(client);
      await comments.countUnread({});
      await comments.watch({}).return?.();
      expect(on.edges()).toEqual(['web-bff → comment/CountUnread', 'web-bff → comment/Watch']);
    });
  });
}
