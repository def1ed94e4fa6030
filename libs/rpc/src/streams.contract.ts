import { describe, expect, it } from '@jest/globals';
import { FakeClock, currentContext, runInContext } from '@storey/context';
import { AppError, notFound } from '@storey/errors';
import { Observable, concat, from, of, throwError } from 'rxjs';
import {
  Harness,
  clientOf,
  controllerOf,
  gate,
  turn,
  type CommentClient,
  type CreateRpc,
} from './harness.contract.js';

const event = (id: number) => ({ id: String(id) });
const events = (count: number) => Array.from({ length: count }, (_, id) => event(id));

async function idsOf(stream: ReturnType<CommentClient['watch']>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of stream) ids.push(id);
  return ids;
}

export function describeStreams(create: CreateRpc): void {
  describe('a stream', () => {
    const on = new Harness(create);

    it('brings every message of an Observable in order and ends with it', async () => {
      const { comments } = await on.started({ watch: () => from(events(100)) });
      await expect(idsOf(comments.watch({}))).resolves.toEqual(events(100).map(({ id }) => id));
    });

    it('brings messages with their oneof and defaults, through the codec', async () => {
      const { comments } = await on.started({
        async *watch() {
          yield { id: '1', event: { case: 'reacted', value: { id: 7n, likes: 3n } } };
        },
      });
      const { value } = await comments.watch({}).next();
      expect(value.$typeName).toBe('storey.comment.v1.SubjectEvent');
      expect(value.event).toMatchObject({ case: 'reacted', value: { id: 7n, likes: 3n, dislikes: 0n } });
    });

    it('takes an AsyncIterable, at once or promised, and a promised Observable', async () => {
      for (const watch of [
        async function* () {
          yield* events(2);
        },
        async () => from(events(2)),
        async () => ReadableStream.from(events(2)),
      ]) {
        const { comments, app } = await on.started({ watch });
        await expect(idsOf(comments.watch({}))).resolves.toEqual(['0', '1']);
        await app.close();
      }
    });

    it('ends at once when there is nothing to bring', async () => {
      const { comments } = await on.started({ watch: () => of() });
      await expect(idsOf(comments.watch({}))).resolves.toEqual([]);
    });

    it('has no deadline of its own', async () => {
      const clock = new FakeClock();
      const held = gate();
      const { comments } = await on.started(
        {
          async *watch() {
            yield event(1);
            await held.promise;
            yield { id: currentContext().deadline === undefined ? 'endless' : 'bounded' };
          },
        },
        clock,
      );
      const stream = comments.watch({});
      await stream.next();
      const second = stream.next();
      await clock.advance(86_400_000);
      held.resolve();
      await expect(second).resolves.toMatchObject({ value: { id: 'endless' } });
      await stream.return?.();
    });

    it.each(['waiting', 'away'])('ends by the deadline it was given, with its reader %s', async (reader) => {
      const clock = new FakeClock();
      let stopped = false;
      const watch = () =>
        new Observable<{ id: string }>((out) => (out.next(event(1)), () => void (stopped = true)));
      const { comments } = await on.started({ watch }, clock);
      const stream = comments.watch({}, { timeoutMs: 5_000 });
      await stream.next();
      const waiting = reader === 'waiting' ? stream.next() : undefined;
      const late = expect(waiting ?? gate().promise).rejects.toMatchObject({ kind: 'deadline_exceeded' });
      await clock.advance(5_000);
      if (waiting) await late;
      else await expect(stream.next()).rejects.toMatchObject({ kind: 'deadline_exceeded' });
      expect(stopped).toBe(true);
      await expect(stream.next()).resolves.toMatchObject({ done: true });
    });

    it('leaves no timer behind when it ends before its deadline', async () => {
      const clock = new FakeClock();
      const { comments } = await on.started({ watch: () => of(event(1)) }, clock);
      await expect(idsOf(comments.watch({}, { timeoutMs: 5_000 }))).resolves.toEqual(['1']);
      expect(clock.pendingTimers).toBe(0);
    });

    it('lets a slow reader slow a generator down', async () => {
      let made = 0;
      const text = 'x'.repeat(4096);
      const { comments } = await on.started({
        async *watch() {
          for (;;) yield { id: String(made++), event: { case: 'created', value: { text } } };
        },
      });
      const stream = comments.watch({});
      await stream.next();
      await on.pause();
      expect(made).toBeLessThan(256);
      await stream.return?.();
    });

    it('drops a reader that leaves 256 messages of an Observable unread, when it has read them', async () => {
      let out: { next(value: { id: string }): void } | undefined;
      let left = 0;
      const watch = () =>
        new Observable<{ id: string }>((subscriber) => ((out = subscriber), () => void left++));
      const { comments } = await on.started({ watch });
      const stream = comments.watch({});
      const first = stream.next();
      while (!out) await turn();
      for (let id = 0; id < 5_000; id++) out.next(event(id));
      expect(left).toBe(1);
      await first;
      let read = 1;
      const rest = async (): Promise<void> => {
        for await (const _ of stream) read++;
      };
      await expect(rest()).rejects.toMatchObject({ kind: 'unavailable' });
      expect(read).toBeGreaterThanOrEqual(256);
      expect(read).toBeLessThan(1_000);
    });

    it('brings what came before an error, then the error, and is over', async () => {
      const { comments } = await on.started({
        watch: () =>
          concat(
            of(event(1)),
            throwError(() => notFound('Gone.')),
          ),
      });
      const stream = comments.watch({});
      await expect(stream.next()).resolves.toMatchObject({ value: { id: '1' } });
      await expect(stream.next()).rejects.toMatchObject({ kind: 'not_found', message: 'Gone.' });
      await expect(stream.next()).resolves.toMatchObject({ done: true });
    });

    it('fails with the error of a handler that never began', async () => {
      const { comments } = await on.started({
        watch: () => {
          throw new AppError({ kind: 'forbidden', code: 'X', message: 'm' });
        },
      });
      await expect(comments.watch({}).next()).rejects.toMatchObject({ kind: 'forbidden', code: 'X' });
    });

    it('hides what nobody foresaw in the midst of it, and reports it', async () => {
      const defect = new RangeError('secret');
      const { comments } = await on.started({
        async *watch() {
          yield event(1);
          throw defect;
        },
      });
      const stream = comments.watch({});
      await stream.next();
      await expect(stream.next()).rejects.toMatchObject({ kind: 'internal', code: 'COMMON_INTERNAL' });
      expect(on.defects()).toEqual([defect]);
    });

    it.each([
      ['nothing', () => undefined],
      ['one message', async () => event(1)],
      ['an Observable of nothing', () => of(undefined)],
    ])('is internal, and does not hang, when its handler returns %s', async (_, watch) => {
      const { comments } = await on.started({ watch: watch as never });
      await expect(comments.watch({}).next()).rejects.toMatchObject({ kind: 'internal' });
      expect(on.defects()).toEqual([expect.objectContaining({ message: expect.stringContaining('Watch') })]);
    });
  });

  describe('leaving a stream', () => {
    const on = new Harness(create);

    /** A handler that brings one event and then waits; tells what became of it. */
    function waiting() {
      const seen = { subscribed: 0, left: 0, signal: undefined as AbortSignal | undefined };
      const watch = () =>
        new Observable<{ id: string }>((out) => {
          seen.subscribed++;
          seen.signal = currentContext().signal;
          out.next(event(1));
          return () => void seen.left++;
        });
      return { seen, watch };
    }

    it('unsubscribes the handler when the reader breaks off', async () => {
      const { seen, watch } = waiting();
      const { comments } = await on.started({ watch });
      for await (const _ of comments.watch({})) break;
      await on.arrived(() => expect([seen.left, seen.signal?.aborted]).toEqual([1, true]));
    });

    it('unsubscribes the handler and ends the waiting read when return() comes in between', async () => {
      const { seen, watch } = waiting();
      const { comments } = await on.started({ watch });
      const stream = comments.watch({});
      await stream.next();
      const pending = stream.next();
      await stream.return?.();
      await expect(pending).resolves.toMatchObject({ done: true });
      await on.arrived(() => expect(seen.left).toBe(1));
    });

    it.each(['waiting', 'away'])(
      'unsubscribes the handler when the signal aborts, with its reader %s',
      async (reader) => {
        const { seen, watch } = waiting();
        const { comments } = await on.started({ watch });
        const caller = new AbortController();
        const stream = comments.watch({}, { signal: caller.signal });
        await stream.next();
        const pending = reader === 'waiting' ? stream.next() : undefined;
        const reason = new Error('client gone');
        const refused = pending && expect(pending).rejects.toBe(reason);
        caller.abort(reason);
        await refused;
        if (!pending) await expect(stream.next()).rejects.toBe(reason);
        await on.arrived(() => expect([seen.left, seen.signal?.aborted]).toEqual([1, true]));
      },
    );

    it('does so when the request that opened it is over', async () => {
      const { seen, watch } = waiting();
      const { comments } = await on.started({ watch });
      const request = new AbortController();
      const context = { traceId: 'a'.repeat(32), priority: 'critical', signal: request.signal } as const;
      const stream = runInContext(context, () => comments.watch({}));
      await stream.next();
      request.abort(new Error('over'));
      await on.arrived(() => expect(seen.left).toBe(1));
    });

    it('never begins what is left before it is read', async () => {
      const { seen, watch } = waiting();
      const { comments } = await on.started({ watch });
      await comments.watch({}).return?.();
      expect(seen.subscribed).toBe(0);
    });

    it('does not leave a handler behind that was still opening', async () => {
      const { seen, watch } = waiting();
      const opening = gate();
      const held = gate();
      const { comments } = await on.started({
        watch: async () => {
          opening.resolve();
          await held.promise;
          return watch();
        },
      });
      const stream = comments.watch({});
      const first = stream.next();
      await opening.promise;
      await stream.return?.();
      await expect(first).resolves.toMatchObject({ done: true });
      held.resolve();
      await on.arrived(() => expect(seen.left).toBe(seen.subscribed));
    });

    it('runs the end of a generator, also of one that waits on its signal', async () => {
      const ended = gate();
      const { comments } = await on.started({
        async *watch() {
          try {
            yield event(1);
            await new Promise((_, reject) => {
              const { signal } = currentContext();
              signal?.addEventListener('abort', () => reject(signal.reason as Error));
            });
          } finally {
            ended.resolve();
          }
        },
      });
      const stream = comments.watch({});
      await stream.next();
      const pending = stream.next();
      await turn();
      await stream.return?.();
      await pending;
      await ended.promise;
    });

    it('runs the end of a generator in the context of its call', async () => {
      const ended = gate<string>();
      const { comments } = await on.started({
        async *watch() {
          try {
            yield event(1);
          } finally {
            ended.resolve(currentContext().traceId);
          }
        },
      });
      const context = { traceId: 'b'.repeat(32), priority: 'critical' } as const;
      const stream = runInContext(context, () => comments.watch({}));
      await stream.next();
      await stream.return?.();
      await expect(ended.promise).resolves.toBe(context.traceId);
    });

    it('is unavailable when the service closes under it', async () => {
      const { seen, watch } = waiting();
      const { comments, app } = await on.started({ watch });
      const stream = comments.watch({});
      await stream.next();
      const pending = expect(stream.next()).rejects.toMatchObject({ kind: 'unavailable' });
      await app.close();
      await pending;
      expect(seen.left).toBe(1);
    });
  });

  describe('two streams', () => {
    const on = new Harness(create);

    it('of one client are apart', async () => {
      const { server, client } = await on.open();
      await on.serve(server, controllerOf({ watch: ({ lastEventId }) => of({ id: lastEventId }) }));
      const comments = clientOf(client);
      const [one, two] = [comments.watch({ lastEventId: 'a' }), comments.watch({ lastEventId: 'b' })];
      expect(await Promise.all([idsOf(one), idsOf(two)])).toEqual([['a'], ['b']]);
    });
  });
}
