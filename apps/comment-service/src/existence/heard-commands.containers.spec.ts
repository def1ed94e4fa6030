import { randomUUID } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, WRITER_GROUP, commentTopics } from '@storey/comment';
import { systemClock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { openEventLog, type EventLog } from '@storey/events';
import { eventually, realStores } from '@storey/testing';
import { HeardCommands } from './heard-commands.js';

const { CommentCommandSchema } = commentEvents;

let log: EventLog;
beforeEach(async () => {
  log = await openEventLog(`${realStores.kafka}?prefix=${randomUUID().slice(0, 8)}.`);
  await log.createTopics(commentTopics.filter(({ name }) => name === COMMANDS_TOPIC));
});
afterEach(() => log.close());

const publish = (ids: readonly bigint[]): Promise<void> =>
  log.append(
    COMMANDS_TOPIC,
    ids.map((id) => {
      const command = create(CommentCommandSchema, { id, command: { case: 'publish', value: {} } });
      return { key: `video/${id}`, value: toBinary(CommentCommandSchema, command) };
    }),
  );
const range = (from: number, to: number): bigint[] =>
  Array.from({ length: to - from }, (_, n) => BigInt(from + n));

it('hears everything from what the writer left, misses nothing, and knows when it is complete', async () => {
  await publish(range(1, 100));
  const done = new Set<bigint>();
  const writer = await log.subscribe({
    topic: COMMANDS_TOPIC,
    group: WRITER_GROUP,
    maxBatch: 100,
    handle: async ({ messages }) => void messages.forEach(({ key }) => done.add(BigInt(key.slice(6)))),
  });
  await eventually(() => expect(done.size).toBe(99), { timeoutMs: 20_000 });
  await writer.close();
  await publish(range(100, 200));

  const heard = new Set<bigint>();
  let missed = 0;
  const commands = await HeardCommands.open({
    events: log,
    clock: systemClock,
    hear: (id) => heard.add(id),
    onMissed: () => (missed += 1),
    onError: (error) => expect(error).toBeUndefined(),
  });
  for (let from = 200; from < 1000; from += 100) await publish(range(from, from + 100));
  const ended = systemClock.monotonic();
  await eventually(() => expect(commands.completeAt).toBeGreaterThan(ended), { timeoutMs: 10_000 });
  expect([[...heard].sort((a, b) => Number(a - b)), missed]).toEqual([range(100, 1000), 0]);
  await commands.close();
});
