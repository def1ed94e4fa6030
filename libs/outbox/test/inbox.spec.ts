import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openEventLog } from '@storey/events';
import { eventually, faultPoints } from '@storey/testing';
import { DEFAULT_RETENTION, applyOnce, checkInboxRetention, cutOld, startRelay } from '../src/index.js';
import { Fixture, textOf } from './fixture.js';

const first = { consumer: 'search', messageId: 'test:1', digest: 'd1' };

async function apply(f: Fixture, incoming: typeof first, effect: () => Promise<void>): Promise<boolean> {
  return f.sql.transaction((tx) => applyOnce(tx, incoming, effect, f.clock));
}

describe('applyOnce', () => {
  it('runs the effect for the first delivery, for each consumer', async () => {
    await using f = await Fixture.open();
    let effects = 0;
    const effect = async (): Promise<void> => void (effects += 1);
    expect(await apply(f, first, effect)).toBe(true);
    expect(await apply(f, first, effect)).toBe(false);
    expect(await apply(f, { ...first, consumer: 'stream' }, effect)).toBe(true);
    expect(effects).toBe(2);
  });

  it('forgets the delivery when the effect fails', async () => {
    await using f = await Fixture.open();
    await expect(apply(f, first, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await apply(f, first, () => Promise.resolve())).toBe(true);
  });

  it('alarms when one id comes with two contents', async () => {
    await using f = await Fixture.open();
    await apply(f, first, () => Promise.resolve());
    const twin = apply(f, { ...first, digest: 'd2' }, () => Promise.resolve());
    await expect(twin).rejects.toMatchObject({ kind: 'internal', code: 'INBOX_ID_REUSED' });
  });
});

describe('outbox, log and inbox together', () => {
  it('make one effect of a message that was sent twice', async () => {
    await using f = await Fixture.open();
    const log = await openEventLog(`sqlite:${join(f.path, 'log.db')}`);
    await log.createTopics([{ name: 't.v1', partitions: 12, retentionMs: 60_000 }]);
    const delivered: string[] = [];
    const effects: string[] = [];
    await log.subscribe({
      topic: 't.v1',
      group: 'search',
      maxBatch: 10,
      handle: async ({ messages }) => {
        for (const { headers, value } of messages) {
          const messageId = headers['event-id'] ?? '';
          const digest = createHash('sha256').update(value).digest('hex');
          delivered.push(messageId);
          await apply(
            f,
            { consumer: 'search', messageId, digest },
            async () => void effects.push(textOf(value)),
          );
        }
      },
    });
    const faultPoint = faultPoints({ killAt: 'relay.sent:1:throw', production: false });
    const relay = startRelay(f.sql, log, {
      domain: 'c',
      faultPoint,
      onError: () => undefined,
      onParked: () => undefined,
    });
    await f.write('k', ['a']);
    await eventually(() => expect(delivered).toEqual(['c:1', 'c:1']));
    await relay.close();
    await log.close();
    expect(effects).toEqual(['a']);
  });
});

describe('retention', () => {
  it('refuses an inbox that forgets before the topic does', () => {
    expect(() => checkInboxRetention(8, 7)).not.toThrow();
    expect(() => checkInboxRetention(7, 7)).toThrow('remembered for 7 ms');
  });

  it('cuts what is old, in chunks, and never what is not sent', async () => {
    await using f = await Fixture.open();
    await f.write(
      'k',
      Array.from({ length: 1200 }, () => 'x'),
    );
    await f.sql.transaction(
      (tx) => tx.updateTable('outbox').set({ state: 'sent', sent_at: f.clock.now() }).execute(),
      { timeoutMs: 5000 },
    );
    await f.write('k', ['ready']);
    await apply(f, first, () => Promise.resolve());
    await f.sql.transaction((tx) =>
      tx
        .insertInto('idempotency')
        .values({
          scope: 's',
          key: 'k',
          fingerprint: 'f',
          response: new Uint8Array(),
          created_at: f.clock.now(),
        })
        .execute(),
    );
    expect(await cutOld(f.sql, DEFAULT_RETENTION, f.clock)).toBe(0);
    f.clock.step(DEFAULT_RETENTION.outboxMs + 1);
    expect(await cutOld(f.sql, DEFAULT_RETENTION, f.clock)).toBe(1201);
    expect(await f.states()).toEqual({ ready: 1 });
    f.clock.step(DEFAULT_RETENTION.inboxMs);
    expect(await cutOld(f.sql, DEFAULT_RETENTION, f.clock)).toBe(1);
  });
});
