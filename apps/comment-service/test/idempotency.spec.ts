import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import {
  COMMANDS_TOPIC,
  answerScope,
  commentMigrations,
  reservationKey,
  type CommentDb,
} from '@storey/comment';
import { commentEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Message } from '@storey/events';
import { eventually } from '@storey/testing';
import { Bench, SLOW, alice, bob, refusal, type CommentClient } from './bench.js';
import { commentJob } from './job.js';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const subject = { type: 'video', oid: 'v1' };
const request = (text: string, key = 'k', parentId = 0n) => ({
  subject,
  text,
  parentId,
  idempotency: { key, fingerprint: Buffer.from(text) },
});
const publish = (text: string, key?: string) => (client: CommentClient) =>
  client.publish(request(text, key), SLOW);

async function commands(): Promise<readonly Message[]> {
  const { events } = bench.platform.ports;
  const ends = await events.endOffsets(COMMANDS_TOPIC);
  const pages = await Promise.all(
    ends.map((_, partition) => events.read(COMMANDS_TOPIC, partition, 0n, 1000)),
  );
  return pages.flat();
}

describe('posting under an idempotency key', () => {
  it('gives 20 twins at the same time one comment and one answer, from one command', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.as(alice, publish('Hello'))));
    expect(new Set(answers.map(({ comment }) => JSON.stringify(comment, plain))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await commands()).toHaveLength(1);
  });

  it('gives a later twin the same answer and says that it was replayed', async () => {
    const first = await bench.as(alice, publish('Hello'));
    const again = await bench.as(alice, publish('Hello'));
    expect(again.comment).toEqual(first.comment);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
  });

  it('refuses another request under the same key, and lets another user have that key', async () => {
    const first = await bench.as(alice, publish('Hello'));
    expect(await refusal(bench.as(alice, publish('Bye')))).toMatchObject({
      kind: 'unprocessable',
      code: 'COMMON_IDEMPOTENCY_MISMATCH',
    });
    const other = await bench.as(bob, publish('Bye'));
    expect(other.comment?.id).not.toBe(first.comment?.id);
  });

  it('remembers nothing of what was refused', async () => {
    expect(
      await refusal(bench.as(alice, (client) => client.publish(request('a', 'k', 5n), SLOW))),
    ).toMatchObject({
      code: 'COMMENT_PARENT_NOT_FOUND',
    });
    const { comment, replayed } = await bench.as(alice, publish('Something else'));
    expect([comment?.text, replayed]).toEqual(['Something else', false]);
  });

  it('sends the same command again when nobody knows whether the first was stored', async () => {
    const { events } = bench.platform.ports;
    const append = events.append.bind(events);
    events.append = async (topic, messages) => {
      await append(topic, messages);
      throw new Error('the process died here');
    };
    await refusal(bench.as(alice, publish('Hello')));
    events.append = append;
    await bench.as(alice, publish('Hello'));
    const [first, second, ...more] = await commands();
    expect(more).toEqual([]);
    expect(second?.headers['event-id']).toBe(first?.headers['event-id']);
  });

  it('keeps the id that a second attempt has sent, though the first, still on its way, is refused', async () => {
    const { events, kvState } = bench.platform.ports;
    const { setIfAbsent } = kvState;
    const refused = Promise.withResolvers<never>();
    kvState.setIfAbsent = (key, ...rest) =>
      key === reservationKey(BigInt(alice.userId), 'k')
        ? setIfAbsent.call(kvState, key, ...rest)
        : refused.promise;
    const first = refusal(bench.as(alice, publish('Hello')));

    const append = events.append.bind(events);
    events.append = async (topic, messages) => {
      await append(topic, messages);
      throw new Error('the process died here');
    };
    await refusal(bench.as(alice, publish('Hello')));

    refused.reject(unavailable('kv is away'));
    expect(await first).toMatchObject({ kind: 'unavailable' });
    Object.assign(events, { append });
    Object.assign(kvState, { setIfAbsent });
    await bench.as(alice, publish('Hello'));
    const sent = (await commands()).map(({ headers }) => headers['event-id']);
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
  });

  it('lets 20 twins go on together where the first has stopped', async () => {
    const { events } = bench.platform.ports;
    const append = events.append.bind(events);
    events.append = () => Promise.reject(new Error('the process died here'));
    await refusal(bench.as(alice, publish('Hello')));
    Object.assign(events, { append });
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.as(alice, publish('Hello'))));
    expect(new Set(answers.map(({ comment }) => comment?.id)).size).toBe(1);
    expect(new Set((await commands()).map(({ headers }) => headers['event-id'])).size).toBe(1);
  });

  it('finds the answer beside the comment when kv has lost it', async () => {
    const { ports } = bench.platform;
    const first = await bench.as(alice, publish('Hello'));
    const [command] = await commands();
    await storeAnswer(command);
    await ports.kvState.delete([reservationKey(BigInt(alice.userId), 'k')]);
    const again = await bench.as(alice, publish('Hello'));
    expect([again.comment?.id, again.replayed]).toEqual([first.comment?.id, true]);
    await ports.kvState.delete([reservationKey(BigInt(alice.userId), 'k')]);
    expect(await refusal(bench.as(alice, publish('Bye')))).toMatchObject({
      code: 'COMMON_IDEMPOTENCY_MISMATCH',
    });
  });

  it('waits for the writer when kv has forgotten everything, then finds the answer', async () => {
    const first = await bench.as(alice, publish('Hello'));
    await bench.platform.ports.kvState.flush();
    expect(await refusal(bench.as(alice, publish('Hello')))).toMatchObject({ kind: 'unavailable' });
    expect(await refusal(bench.as(bob, publish('A new one', 'other')))).toMatchObject({
      kind: 'unavailable',
    });
    expect(await commands()).toHaveLength(1);

    await bench.startJob(commentJob);
    const again = await eventually(() => bench.as(alice, publish('Hello')), { timeoutMs: 10_000 });
    expect([again.comment?.id, again.replayed]).toEqual([first.comment?.id, true]);
    expect(await bench.as(bob, publish('A new one', 'other'))).toMatchObject({ replayed: false });
  });
});

/** What the writer does with the answer that lies in a command. */
async function storeAnswer(message: Message | undefined): Promise<void> {
  const { command } = fromBinary(commentEvents.CommentCommandSchema, message?.value ?? new Uint8Array());
  if (command.case !== 'publish') throw new Error('no command');
  const { idempotencyKey: key, idempotencyFingerprint, idempotencyResponse: response } = command.value;
  const sql = await bench.platform.ports.sql<CommentDb>('comment', commentMigrations);
  const fingerprint = Buffer.from(idempotencyFingerprint).toString('base64url');
  const scope = answerScope(BigInt(alice.userId));
  await sql.transaction((tx) =>
    tx.insertInto('idempotency').values({ scope, key, fingerprint, response, created_at: 0n }).execute(),
  );
}

const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
