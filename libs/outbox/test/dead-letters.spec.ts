import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEventLog, type EventLog, type Message } from '@storey/events';
import { openSql, type Sql } from '@storey/sql';
import { eventually, temporaryFolder, testDatabaseUrl, type TemporaryFolder } from '@storey/testing';
import {
  DeadLetters,
  applyOnce,
  deadLetterMigration,
  keepDeadLetters,
  outboxMigrations,
  startRelay,
  type DeadLetterTables,
} from '../src/index.js';

const migrations = { ...outboxMigrations, '0007-dead-letters': deadLetterMigration };
const TOPIC = 't.v1';

let sql: Sql<DeadLetterTables>;
let letters: DeadLetters;
beforeEach(async () => {
  sql = await openSql<DeadLetterTables>(testDatabaseUrl(), { migrations });
  letters = DeadLetters.over(sql);
});
afterEach(() => sql.close());

function letter(offset: number, at = 1000): Message {
  const dead = {
    'dead-topic': TOPIC,
    'dead-partition': '3',
    'dead-offset': String(offset),
    'dead-group': 'search',
    'dead-cause': 'TypeError: no',
    'dead-at': String(at),
    'dead-attempts': '5',
  };
  const place = { topic: `${TOPIC}.dead`, partition: 3, offset: BigInt(offset), timestamp: at };
  return {
    ...place,
    key: 'k',
    value: Uint8Array.of(offset),
    headers: { 'event-id': `c:${offset}`, ...dead },
  };
}

const outbox = () => sql.read.selectFrom('outbox').select(['topic', 'key', 'value', 'headers']).execute();

describe('dead letters', () => {
  it('are kept once, however often they are delivered', async () => {
    expect(await letters.keep([letter(1), letter(2)])).toHaveLength(2);
    expect(await letters.keep([letter(2), letter(3)])).toEqual([letter(3)]);
    expect(await letters.open(50)).toEqual(
      [3, 2, 1].map(() => ({
        id: expect.anything(),
        topic: TOPIC,
        consumer: 'search',
        key: 'k',
        cause: 'TypeError: no',
        attempts: 5,
        at: 1000n,
      })),
    );
  });

  it('are listed page by page, newest first', async () => {
    await letters.keep([1, 2, 3, 4, 5].map((offset) => letter(offset)));
    const first = await letters.open(2);
    expect(first.map(({ id }) => id)).toEqual([5n, 4n]);
    expect((await letters.open(10, 4n)).map(({ id }) => id)).toEqual([3n, 2n, 1n]);
  });

  it('go out again once, as they were, when somebody says so once or twice', async () => {
    await letters.keep([letter(1)]);
    await letters.replay(1n, '7');
    await letters.replay(1n, '8');
    expect(await outbox()).toEqual([
      { topic: TOPIC, key: 'k', value: Uint8Array.of(1), headers: '{"event-id":"c:1"}' },
    ]);
    expect(await letters.open(50)).toEqual([]);
    await expect(letters.discard(1n, '7')).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('stay away when they were discarded, also when they are delivered again', async () => {
    await letters.keep([letter(1)]);
    await letters.discard(1n, '7');
    await letters.discard(1n, '7');
    await letters.keep([letter(1)]);
    expect([await letters.open(50), await outbox()]).toEqual([[], []]);
    await expect(letters.replay(1n, '7')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(letters.replay(99n, '7')).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('are forgotten when they are old', async () => {
    await letters.keep([letter(1, 1000), letter(2, 2000)]);
    expect(await letters.cut(2000)).toBe(1);
    expect((await letters.open(50)).map(({ at }) => at)).toEqual([2000n]);
  });
});

describe('a letter on its way through log, table and outbox', () => {
  let folder: TemporaryFolder;
  let log: EventLog;
  beforeEach(async () => {
    folder = temporaryFolder();
    log = await openEventLog(`sqlite:${join(folder.path, 'log.db')}`, { onError: () => undefined });
    await log.createTopics([{ name: TOPIC, partitions: 12, retentionMs: 60_000 }]);
  });
  afterEach(async () => {
    await log.close();
    folder.remove();
  });

  /** Applies each message once, but none while `broken()`. */
  function consume(consumer: string, effects: string[], broken: () => boolean = () => false) {
    return log.subscribe({
      topic: TOPIC,
      group: consumer,
      maxBatch: 10,
      retry: [],
      handle: async ({ messages }) => {
        for (const { headers, value } of messages) {
          if (broken()) throw new TypeError('a defect');
          const digest = createHash('sha256').update(value).digest('hex');
          const incoming = { consumer, messageId: headers['event-id'] ?? '', digest };
          await sql.transaction((tx) =>
            applyOnce(tx, incoming, async () => void effects.push(String(value))),
          );
        }
      },
    });
  }

  it('is applied by the consumer that gave it up, and left by those that had applied it', async () => {
    const told: unknown[] = [];
    await keepDeadLetters(log, letters, { topics: [TOPIC], group: 'keeper', onLetter: (l) => told.push(l) });
    const relay = startRelay(sql, log, { domain: 'c', onError: () => undefined, onParked: () => undefined });
    const search: string[] = [];
    const others: string[] = [];
    let broken = true;
    await consume('search', search, () => broken);
    await consume('others', others);
    await log.append(TOPIC, [{ key: 'k', value: Uint8Array.of(7), headers: { 'event-id': 'elsewhere:41' } }]);
    const [found] = await eventually(async () => {
      const open = await letters.open(50);
      expect(open).toHaveLength(1);
      return open;
    });
    expect(told).toEqual([{ topic: TOPIC, consumer: 'search' }]);
    expect([search, others]).toEqual([[], ['7']]);
    broken = false;
    await letters.replay(found?.id ?? 0n, '1');
    await eventually(() => expect(search).toEqual(['7']));
    await eventually(async () => expect(await log.lag(TOPIC, 'others')).toBe(0));
    expect(others).toEqual(['7']);
    await relay.close();
  });
});
