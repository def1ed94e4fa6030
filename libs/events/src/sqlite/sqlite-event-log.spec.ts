import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, currentContext, runInContext } from '@storey/context';
import { openEventLog, type EventLog, type FaultPoint } from '../index.js';
import { checkVersion } from './schema.js';

const value = new Uint8Array(10);
const MiB = 1024 * 1024;

describe('the event log in a file', () => {
  let folder: string;
  let clock: FakeClock;
  let log: EventLog;
  let statements: string[];
  let failing: FaultPoint | undefined;
  let traces: string[];

  const open = async (query = ''): Promise<EventLog> => {
    log = await openEventLog(`sqlite:${folder}/log.db${query}`, {
      clock,
      onStatement: (sql) => void statements.push(sql),
      onError: () => undefined,
      faultPoint: (name) => {
        traces.push(currentContext().traceId);
        if (name === failing) throw new Error('injected');
      },
    });
    await log.createTopics([{ name: 't', partitions: 2, retentionMs: 1000 }]);
    return log;
  };
  const commits = (): number => statements.filter((sql) => sql === 'COMMIT').length;
  const until = async (done: () => boolean): Promise<void> => {
    for (let turn = 0; !done(); turn += 1) {
      if (turn > 2000) throw new Error('It never came to that.');
      await clock.advance(10);
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storey-events-'));
    clock = new FakeClock();
    statements = [];
    failing = undefined;
    traces = [];
  });
  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });

  it('commits all appends of one tick together', async () => {
    await open();
    const before = commits();
    await Promise.all(Array.from({ length: 50 }, (_, key) => log.append('t', [{ key: `${key}`, value }])));
    expect(commits() - before).toBe(1);
  });

  it('rejects every append of a failed commit, stores none of them and heals', async () => {
    await open();
    failing = 'events.append.before-commit';
    const both = [log.append('t', [{ key: 'a', value }]), log.append('t', [{ key: 'b', value }])];
    for (const outcome of await Promise.allSettled(both)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } });
    }
    failing = undefined;
    await log.append('t', [{ key: 'a', value }]);
    expect((await log.endOffsets('t')).reduce((sum, end) => sum + end, 0n)).toBe(1n);
  });

  it('says that the outcome is unknown when it failed after the commit', async () => {
    await open();
    failing = 'events.append.after-commit';
    await expect(log.append('t', [{ key: 'a', value }])).rejects.toMatchObject({ kind: 'outcome_unknown' });
    expect(await log.lag('t', 'g')).toBe(1);
  });

  it('refuses when the disk is full and takes again when retention has made room', async () => {
    await open('?maxBytes=1000000');
    const big = { key: 'a', value: new Uint8Array(200_000) };
    for (let index = 0; index < 4; index += 1) await log.append('t', [big]);
    await expect(log.append('t', [big])).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { cause: { errcode: 13 } },
    });
    await clock.advance(60_000);
    await log.append('t', [big]);
    expect(await log.lag('t', 'g')).toBe(1);
  });

  it('refuses an append when 64 MiB wait already, and one beyond 8 MiB at once', async () => {
    await open();
    const seven = Array.from({ length: 7 }, () => ({ key: 'a', value: new Uint8Array(MiB - 10) }));
    const outcomes = Promise.allSettled(Array.from({ length: 10 }, () => log.append('t', seven)));
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { kind: 'unavailable' } }]);
    expect(log.stats().pendingBytes).toBe(0);
    await expect(log.append('t', [...seven, ...seven])).rejects.toMatchObject({ kind: 'too_large' });
  });

  it('delivers a batch of at most 1 MiB', async () => {
    await open();
    await log.append(
      't',
      Array.from({ length: 5 }, () => ({ key: 'a', value: new Uint8Array(400_000) })),
    );
    const sizes: number[] = [];
    const handle = async ({ messages }: { messages: readonly unknown[] }) => void sizes.push(messages.length);
    await log.subscribe({ topic: 't', group: 'g', maxBatch: 100, handle });
    await until(() => sizes.length === 3);
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('has no timer and runs no statement while idle', async () => {
    await open();
    await log.subscribe({ topic: 't', group: 'g', maxBatch: 100, handle: async () => undefined });
    await clock.advance(200);
    statements = [];
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(3_600_000);
    expect(statements).toEqual([]);
  });

  it('writes the offsets of many batches at once', async () => {
    await open();
    await Promise.all(Array.from({ length: 40 }, () => log.append('t', [{ key: 'a', value }])));
    let seen = 0;
    await log.subscribe({ topic: 't', group: 'g', maxBatch: 1, handle: async () => void (seen += 1) });
    const before = commits();
    for (let turn = 0; seen < 40 && turn < 1000; turn += 1) await clock.advance(0);
    await clock.advance(200);
    expect([seen, commits() - before]).toEqual([40, 1]);
  });

  it('waits for the disk where a message has to outlive the machine, and for nothing else', async () => {
    await open();
    await log.createTopics([{ name: 'passing', partitions: 1, retentionMs: 0, durable: false }]);
    let seen = 0;
    await log.subscribe({ topic: 't', group: 'g', maxBatch: 1, handle: async () => void (seen += 1) });
    await clock.advance(200);
    const modes = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
      statements = [];
      await work();
      return statements.filter((text) => /synchronous|COMMIT/.test(text));
    };
    const append = (topic: string) => log.append(topic, [{ key: 'a', value }]);
    expect(await modes(() => append('passing'))).toEqual(['COMMIT']);
    expect(await modes(() => Promise.all([append('passing'), append('t')]))).toEqual([
      'PRAGMA synchronous = FULL',
      'COMMIT',
    ]);
    const offset = () => until(() => seen === 1 && statements.includes('COMMIT'));
    expect(await modes(offset)).toEqual(['PRAGMA synchronous = NORMAL', 'COMMIT']);
    expect(await modes(() => append('passing.dead'))).toEqual(['PRAGMA synchronous = FULL', 'COMMIT']);
  });

  it('delivers again what failed between handling and commit', async () => {
    await open();
    await log.append('t', [{ key: 'a', value }]);
    failing = 'events.deliver.before-commit';
    let seen = 0;
    await log.subscribe({ topic: 't', group: 'g', maxBatch: 1, handle: async () => void (seen += 1) });
    await until(() => seen === 1);
    expect(await log.lag('t', 'g')).toBe(1);
    failing = undefined;
    await until(() => seen === 2);
    await clock.advance(100);
    expect(await log.lag('t', 'g')).toBe(0);
  });

  it('keeps a poison message in its place while the dead topic refuses, though the handler does not wait', async () => {
    await open();
    await log.append('t', [{ key: 'a', value }]);
    failing = 'events.append.before-commit';
    let tries = 0;
    await log.subscribe({
      topic: 't',
      group: 'g',
      maxBatch: 1,
      handle: async ({ messages: [message], deadLetter }) => {
        tries += 1;
        if (message) void deadLetter(message, 'poison');
      },
    });
    await until(() => tries === 3);
    expect(await log.lag('t', 'g')).toBe(1);
    failing = undefined;
    await until(() => tries === 4);
    await clock.advance(100);
    expect([await log.lag('t', 'g'), await log.lag('t.dead', 'g')]).toEqual([0, 1]);
  });

  it('does not lend the context of whoever appends to the commit or the handlers', async () => {
    await open();
    await runInContext({ traceId: 'a'.repeat(32), priority: 'critical' }, async () => {
      const handle = async (): Promise<void> => void traces.push(currentContext().traceId);
      await log.subscribe({ topic: 't', group: 'g', maxBatch: 1, handle });
      await log.listen({ topic: 't', handle: () => void traces.push(currentContext().traceId) });
      await log.append('t', [{ key: 'a', value }]);
    });
    // Two of the append, one of the listener, three of the delivery.
    await until(() => traces.length >= 6);
    expect(new Set(traces)).toEqual(new Set(['0'.repeat(32)]));
  });

  it('is open once only, and again after its close', async () => {
    await open();
    const again = openEventLog(`sqlite:${folder}/log.db`);
    await expect(again).rejects.toMatchObject({ kind: 'unavailable' });
    await log.close();
    await open();
  });
});

describe('openEventLog', () => {
  it('refuses a scheme it does not know and a relative path', async () => {
    await expect(openEventLog('amqp://host')).rejects.toMatchObject({ code: 'EVENTS_MISUSE' });
    await expect(openEventLog('sqlite:log.db')).rejects.toMatchObject({ code: 'EVENTS_MISUSE' });
  });

  it.each(['3.51.2', '3.50.9', '2.99.99'])('refuses SQLite %s', (version) => {
    expect(() => checkVersion(version)).toThrow(version);
  });

  it.each(['3.51.3', '3.52.0', '4.0.0'])('takes SQLite %s', (version) => {
    expect(() => checkVersion(version)).not.toThrow();
  });
});
