import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type Batch, type EventLog, type Message, type Subscription } from './event-log.js';
import { type EventLogOptions } from './options.js';
import { partitionOf } from './partition-of.js';

/** One empty log for one test, on the adapter under test. */
export interface LogFixture {
  /** Opens it, again after a close with everything that was durable. */
  open(options: EventLogOptions): Promise<EventLog>;
  dispose(): Promise<void>;
}

export interface ContractOptions {
  /** Promises the adapter does not give, by the name of the test, each with the reason. */
  readonly except?: Readonly<Record<string, string>>;
}

const TOPIC = 'things.v1';
const PARTITIONS = 4;
const RETENTION_MS = 60_000;

/** What every event log promises, run on each adapter. */
export function describeEventLog(
  name: string,
  create: () => Promise<LogFixture>,
  { except = {} }: ContractOptions = {},
): void {
  const promise = (title: string, test: () => Promise<void>): void => {
    const reason = except[title];
    if (reason === undefined) it(title, test);
    else it.skip(`${title} (${reason})`, test);
  };

  describe(`the event log on ${name}`, () => {
    let fixture: LogFixture;
    let clock: FakeClock;
    let log: EventLog;
    let errors: unknown[];

    const open = async (): Promise<EventLog> => {
      log = await fixture.open({ clock, onError: (error) => errors.push(error) });
      await log.createTopics([{ name: TOPIC, partitions: PARTITIONS, retentionMs: RETENTION_MS }]);
      return log;
    };
    const put = (key: string, ...values: readonly string[]): Promise<void> =>
      log.append(
        TOPIC,
        values.map((value) => ({ key, value: Buffer.from(value) })),
      );
    const subscribe = (handle: Subscription['handle'], more: Partial<Subscription> = {}) =>
      log.subscribe({ topic: TOPIC, group: 'readers', maxBatch: 10, retry: [100, 500], handle, ...more });
    /** Turns the clock in small steps until `done`, so that timers and file alike get their turn. */
    const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
      for (let turn = 0; !(await done()); turn += 1) {
        if (turn > 2000) throw new Error('It never came to that.');
        await clock.advance(10);
      }
    };
    const reopen = async (): Promise<void> => {
      await log.close();
      await open();
    };

    beforeEach(async () => {
      fixture = await create();
      clock = new FakeClock();
      errors = [];
      await open();
    });
    afterEach(async () => {
      const closing = log.close();
      await until(settled(closing));
      await fixture.dispose();
    });

    describe('appending', () => {
      promise('keeps the order of one key under concurrent appends, without gaps', async () => {
        const values = Array.from({ length: 200 }, (_, index) => String(index));
        await Promise.all(values.map((value) => put('k', value)));
        const stored = await log.read(TOPIC, partitionOf('k', PARTITIONS), 0n, 1000);
        expect(stored.map(text)).toEqual(values);
        expect(stored.map(({ offset }) => Number(offset))).toEqual([...values.keys()]);
      });

      promise('is durable when it resolves', async () => {
        const value = Uint8Array.of(0, 255, 128);
        await log.append(TOPIC, [{ key: 'ключ', value, headers: { trace: 'ü' } }]);
        await reopen();
        const [stored] = await log.read(TOPIC, partitionOf('ключ', PARTITIONS), 0n, 10);
        expect(stored).toMatchObject({ topic: TOPIC, key: 'ключ', headers: { trace: 'ü' }, offset: 0n });
        expect(stored?.timestamp).toBe(clock.now());
        expect([...(stored?.value ?? [])]).toEqual([0, 255, 128]);
      });

      promise('counts on behind what was there before a restart', async () => {
        await put('k', 'a', 'b');
        await reopen();
        await put('k', 'c');
        expect((await log.endOffsets(TOPIC))[partitionOf('k', PARTITIONS)]).toBe(3n);
      });

      promise('refuses a message beyond 1 MiB and a topic nobody created', async () => {
        const value = new Uint8Array(1024 * 1024 + 1);
        await expect(log.append(TOPIC, [{ key: 'k', value }])).rejects.toMatchObject({ kind: 'too_large' });
        await expect(log.append('nowhere', [])).rejects.toMatchObject({ kind: 'internal' });
      });

      promise('refuses another number of partitions and takes a changed retention', async () => {
        const spec = { name: TOPIC, partitions: PARTITIONS, retentionMs: 1 };
        await expect(log.createTopics([{ ...spec, partitions: 5 }])).rejects.toMatchObject({
          kind: 'conflict',
        });
        await log.createTopics([spec]);
      });
    });

    describe('a group', () => {
      promise('gets everything from the earliest message, in the order of each key', async () => {
        await put('a', '1', '2', '3');
        const seen: Message[] = [];
        await subscribe(collect(seen));
        await put('b', '1', '2');
        await put('a', '4');
        await until(() => seen.length === 6);
        expect(seen.filter(({ key }) => key === 'a').map(text)).toEqual(['1', '2', '3', '4']);
        expect(seen.filter(({ key }) => key === 'b').map(text)).toEqual(['1', '2']);
      });

      promise('does not take from another group', async () => {
        const [one, two]: Message[][] = [[], []];
        await subscribe(collect(one ?? []), { group: 'one' });
        await subscribe(collect(two ?? []), { group: 'two' });
        await put('a', '1', '2');
        await until(() => one?.length === 2 && two?.length === 2);
      });

      promise('shares the partitions between its consumers and gives them back when one leaves', async () => {
        const [one, two] = [new Set<number>(), new Set<number>()];
        const handle = (seen: Set<number>) => async (batch: Batch) => void seen.add(batch.partition);
        await subscribe(handle(one));
        const second = await subscribe(handle(two));
        await everyPartition();
        await until(() => one.size + two.size === PARTITIONS);
        expect([one.size, two.size]).toEqual([PARTITIONS / 2, PARTITIONS / 2]);
        await second.close();
        one.clear();
        await everyPartition();
        await until(() => one.size === PARTITIONS);
      });

      promise('runs one handler a partition at a time, in batches no larger than asked for', async () => {
        await put('k', ...Array.from({ length: 25 }, String));
        let [running, most] = [0, 0];
        const sizes: number[] = [];
        await subscribe(async ({ messages }) => {
          most = Math.max(most, (running += 1));
          sizes.push(messages.length);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        });
        await until(() => sizes.length === 3);
        expect([most, sizes]).toEqual([1, [10, 10, 5]]);
      });

      promise('gets again after a restart what it did not commit, and only that', async () => {
        await put('k', '1', '2', '3');
        const first: Message[] = [];
        await subscribe(collect(first), { maxBatch: 3 });
        await until(() => first.length === 3);
        await put('k', '4');
        await until(() => first.length === 4);
        await log.close();
        await open();
        await put('k', '5');
        const again: Message[] = [];
        await subscribe(async ({ messages, signal }) => {
          again.push(...messages);
          await aborted(signal);
          throw new Error('told to stop');
        });
        await until(() => again.length === 1);
        await reopen();
        const third: Message[] = [];
        await subscribe(collect(third));
        await until(() => third.length === 1);
        expect([...again, ...third].map(text)).toEqual(['5', '5']);
      });

      promise('counts its lag', async () => {
        await put('a', '1', '2');
        await put('b', '1');
        expect(await log.lag(TOPIC, 'readers')).toBe(3);
        const seen: Message[] = [];
        await subscribe(collect(seen));
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        expect(seen).toHaveLength(3);
      });

      promise('sees the epoch of a partition rise with each assignment, over restarts too', async () => {
        const epochs: bigint[] = [];
        for (let turn = 0; turn < 3; turn += 1) {
          const consumer = await subscribe(async ({ epoch }) => void epochs.push(epoch));
          await put('k', 'x');
          await until(() => epochs.length === turn + 1);
          if (turn === 0) await consumer.close();
          else await reopen();
        }
        expect([...epochs].sort((a, b) => Number(a - b))).toEqual(epochs);
        expect(new Set(epochs).size).toBe(3);
      });

      promise('does not fetch while paused', async () => {
        const seen: Message[] = [];
        const consumer = await subscribe(collect(seen));
        consumer.pause();
        await put('k', '1');
        await clock.advance(1000);
        expect(seen).toEqual([]);
        consumer.resume();
        await until(() => seen.length === 1);
      });
    });

    describe('committing late', () => {
      promise('goes on past commitTo but commits only up to it', async () => {
        await put('k', '1', '2', '3', '4');
        const seen: Message[] = [];
        await subscribe(async ({ messages }) => (seen.push(...messages), { commitTo: 1n }), { maxBatch: 2 });
        await until(() => seen.length === 4);
        expect(await log.lag(TOPIC, 'readers')).toBe(3);
        await reopen();
        const again: Message[] = [];
        await subscribe(collect(again));
        await until(() => again.length === 3);
        expect(again.map(text)).toEqual(['2', '3', '4']);
      });

      promise('moves by commit, never backwards, never past what was delivered', async () => {
        await put('k', '1', '2', '3', '4');
        const partition = partitionOf('k', PARTITIONS);
        let seen = 0;
        const consumer = await subscribe(
          async ({ messages }) => ((seen += messages.length), { commitTo: 0n }),
        );
        await until(() => seen === 4);
        await consumer.commit(partition, 3n);
        await consumer.commit(partition, 1n);
        expect(await log.lag(TOPIC, 'readers')).toBe(1);
        await expect(consumer.commit(partition, 5n)).rejects.toMatchObject({ kind: 'internal' });
        await consumer.close();
        await expect(consumer.commit(partition, 4n)).rejects.toMatchObject({ kind: 'conflict' });
      });
    });

    describe('a handler that fails', () => {
      promise('gets the same batch again along the ladder', async () => {
        await put('k', '1', '2');
        const tries: { at: number; batch: string[] }[] = [];
        const begin = clock.monotonic();
        await subscribe(async ({ messages }) => {
          tries.push({ at: clock.monotonic() - begin, batch: messages.map(text) });
          if (tries.length < 3) throw new TypeError('not yet');
        });
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        expect(tries).toEqual([0, 100, 600].map((at) => ({ at, batch: ['1', '2'] })));
        expect(errors).toHaveLength(2);
        expect(await dead()).toEqual([]);
      });

      promise(
        'loses a poison message to the dead topic, with its cause, and the partition goes on',
        async () => {
          await log.append(TOPIC, [
            { key: 'k', value: Buffer.from('good') },
            poison,
            { key: 'k', value: Buffer.from('late') },
          ]);
          const handled: string[] = [];
          await subscribe(async ({ messages }) => {
            if (messages.some((message) => text(message) === 'poison')) throw new TypeError('cannot read x');
            handled.push(...messages.map(text));
          });
          await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
          expect(handled).toEqual(['good', 'late']);
          const [letter, ...others] = await dead();
          expect(others).toEqual([]);
          expect(letter && text(letter)).toBe('poison');
          expect(letter).toMatchObject({ key: 'k', partition: partitionOf('k', PARTITIONS) });
          expect(letter?.headers).toMatchObject({
            own: 'kept',
            'dead-topic': TOPIC,
            'dead-partition': String(partitionOf('k', PARTITIONS)),
            'dead-offset': '1',
            'dead-group': 'readers',
            'dead-cause': 'TypeError: cannot read x',
            'dead-attempts': '4',
          });
          expect(Number(letter?.headers['dead-at'])).toBeGreaterThan(0);
        },
      );

      promise('survives even a thrown undefined', async () => {
        await put('k', '1');
        await subscribe(() => Promise.reject(undefined), { retry: [] }); // eslint-disable-line prefer-promise-reject-errors
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        expect((await dead())[0]?.headers['dead-cause']).toBe('undefined');
      });

      promise('parks nothing during an outage and tries at the last delay for ever', async () => {
        await put('k', '1');
        let tries = 0;
        let down = true;
        await subscribe(async () => {
          tries += 1;
          if (down) throw unavailable('The database is away.');
        });
        await until(() => tries === 1);
        await clock.advance(100 + 20 * 500);
        expect(tries).toBe(22);
        down = false;
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        expect(await dead()).toEqual([]);
      });

      promise('may park a message itself, which does not come again with the batch', async () => {
        await put('k', 'good', 'bad');
        const batches: string[][] = [];
        await subscribe(async ({ messages, deadLetter }) => {
          batches.push(messages.map(text));
          const bad = messages.find((message) => text(message) === 'bad');
          if (bad) await deadLetter(bad, new Error('of no use'));
          if (batches.length === 1) throw new Error('again');
        });
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        expect(batches).toEqual([['good', 'bad'], ['good']]);
        expect((await dead()).map(({ headers }) => headers['dead-cause'])).toEqual(['Error: of no use']);
      });

      promise('bounds the cause to 1 KiB without breaking a character', async () => {
        await put('k', '1');
        await subscribe(async () => Promise.reject(new Error('ü'.repeat(2000))), { retry: [] });
        await until(async () => (await log.lag(TOPIC, 'readers')) === 0);
        const cause = (await dead())[0]?.headers['dead-cause'] ?? '';
        expect(Buffer.byteLength(cause)).toBeLessThanOrEqual(1024);
        expect(cause).toMatch(/^Error: ü+$/);
      });
    });

    describe('a listener', () => {
      promise('hears what comes from now on, from every partition, each listener all of it', async () => {
        await put('k', 'before');
        const [one, two]: [Message[], Message[]] = [[], []];
        await log.listen({ topic: TOPIC, handle: (messages) => void one.push(...messages) });
        await log.listen({ topic: TOPIC, handle: (messages) => void two.push(...messages) });
        await everyPartition();
        await until(() => one.length === PARTITIONS && two.length === PARTITIONS);
        expect(one.map(text)).not.toContain('before');
      });

      promise('replays from given offsets', async () => {
        await put('k', '0', '1', '2');
        const seen: Message[] = [];
        const from = Array.from({ length: PARTITIONS }, () => 1n);
        await log.listen({ topic: TOPIC, from, handle: (messages) => void seen.push(...messages) });
        await until(() => seen.length === 2);
        expect(seen.map(text)).toEqual(['1', '2']);
      });

      promise('goes on after its handler threw, and the error is reported', async () => {
        const seen: string[] = [];
        await log.listen({
          topic: TOPIC,
          handle: (messages) => {
            seen.push(...messages.map(text));
            if (seen.length === 1) throw new RangeError('listener');
          },
        });
        await put('k', '1');
        await until(() => seen.length === 1);
        await put('k', '2');
        await until(() => seen.length === 2);
        expect(errors).toEqual([new RangeError('listener')]);
      });

      promise('hears nothing while paused or after its close', async () => {
        const seen: Message[] = [];
        const listening = await log.listen({
          topic: TOPIC,
          handle: (messages) => void seen.push(...messages),
        });
        listening.pause();
        await put('k', '1');
        await clock.advance(100);
        expect(seen).toEqual([]);
        listening.resume();
        await until(() => seen.length === 1);
        await listening.close();
        await put('k', '2');
        await clock.advance(100);
        expect(seen).toHaveLength(1);
      });
    });

    describe('closing', () => {
      promise('aborts the signal, waits for the running handler and commits what it did', async () => {
        await put('k', '1');
        let ended = false;
        let started = false;
        const consumer = await subscribe(async ({ signal }) => {
          started = true;
          await aborted(signal);
          ended = true;
        });
        await until(() => started);
        await consumer.close();
        expect(ended).toBe(true);
        expect(await log.lag(TOPIC, 'readers')).toBe(0);
      });

      promise('waits at most 10 s for a handler that never ends, and does not commit for it', async () => {
        await put('k', '1');
        let started = false;
        let finish = (): void => undefined;
        let late: Batch | undefined;
        const consumer = await subscribe(async (batch) => {
          [started, late] = [true, batch];
          await new Promise<void>((resolve) => (finish = resolve));
        });
        await until(() => started);
        const closing = consumer.close();
        const begin = clock.monotonic();
        await until(settled(closing));
        expect(clock.monotonic() - begin).toBe(10_000);
        const [message] = late?.messages ?? [];
        await expect(message && late?.deadLetter(message, 'late')).rejects.toMatchObject({
          kind: 'conflict',
        });
        finish();
        await clock.advance(100);
        expect(await log.lag(TOPIC, 'readers')).toBe(1);
      });

      promise('is refused nothing while it runs, and everything afterwards', async () => {
        await Promise.all([put('k', '1'), log.close()]);
        await log.close();
        await expect(put('k', '2')).rejects.toMatchObject({ kind: 'unavailable' });
        await expect(log.ping()).rejects.toMatchObject({ kind: 'unavailable' });
        await open();
        expect(await log.lag(TOPIC, 'readers')).toBe(1);
      });
    });

    describe('retention', () => {
      promise('cuts what is old, but never past the slowest group, and uses no offset twice', async () => {
        const partition = partitionOf('k', PARTITIONS);
        await put('k', '1', '2', '3');
        let seen = 0;
        await subscribe(async ({ messages }) => void (seen += messages.length), { group: 'quick' });
        const slow = await subscribe(async ({ messages }) => ((seen += messages.length), { commitTo: 1n }), {
          group: 'slow',
        });
        await until(() => seen === 6);
        await clock.advance(3 * RETENTION_MS);
        const kept = await log.read(TOPIC, partition, 0n, 10);
        expect(kept.map(({ offset }) => offset)).toEqual([1n, 2n]);
        expect(log.stats().retentionBlocked).toBe(1);
        await slow.commit(partition, 3n);
        await clock.advance(3 * RETENTION_MS);
        expect(await log.read(TOPIC, partition, 0n, 10)).toEqual([]);
        expect(log.stats().retentionBlocked).toBe(0);
        await reopen();
        await put('k', '4');
        expect((await log.read(TOPIC, partition, 0n, 10)).map(({ offset }) => offset)).toEqual([3n]);
      });
    });

    const poison = { key: 'k', value: Buffer.from('poison'), headers: { own: 'kept' } };

    /** One message to each partition. */
    const everyPartition = async (): Promise<void> => {
      for (let partition = 0; partition < PARTITIONS; partition += 1) await put(keyFor(partition), 'x');
    };

    const dead = async (): Promise<readonly Message[]> => {
      const parts = Array.from({ length: PARTITIONS }, (_, part) => log.read(`${TOPIC}.dead`, part, 0n, 100));
      return (await Promise.all(parts)).flat();
    };
  });
}

const text = ({ value }: Message): string => Buffer.from(value).toString();

const collect =
  (seen: Message[]) =>
  async ({ messages }: Batch): Promise<void> =>
    void seen.push(...messages);

function keyFor(partition: number): string {
  for (let index = 0; ; index += 1)
    if (partitionOf(`k${index}`, PARTITIONS) === partition) return `k${index}`;
}

/** Resolves when the signal aborts, for a handler that ends only when told. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function settled(promise: Promise<unknown>): () => boolean {
  let done = false;
  const end = (): void => void (done = true);
  promise.then(end, end);
  return () => done;
}
