import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, type CommentDb } from '@storey/comment';
import { FakeClock, noFaults } from '@storey/context';
import { unavailable } from '@storey/errors';
import { createLogger } from '@storey/observability';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { type Sql } from '@storey/sql';
import { OrphanSweep } from '../src/applying/orphan-sweep.js';
import { ParkedSweep } from '../src/parking/parked-sweep.js';
import { Bench } from './bench.js';
import { CommentState, Intake, Reaction, type Sent } from './commands.js';

const MINUTE_MS = 60_000;

let clock: FakeClock;
let bench: Bench;
beforeEach(async () => {
  clock = new FakeClock(Date.now());
  bench = await Bench.open(clock);
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('what waits for a comment that does not come', () => {
  const log = { end: 0n, committed: 0n };
  let sweep: ParkedSweep;
  beforeEach(() => {
    Object.assign(log, { end: 0n, committed: 0n });
    const { applier, parking } = bench.writer();
    const events = { endOffsets: async () => [log.end], committed: async () => [log.committed] };
    const { counts } = parking;
    sweep = new ParkedSweep({
      sql: bench.sql,
      events,
      applier,
      counts,
      clock,
      logger: createLogger('silent'),
    });
  });

  /** The minutes in which the chore runs. */
  async function minutes(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      clock.step(MINUTE_MS);
      await sweep.run();
    }
  }

  it('waits for ten minutes; then an answer is rejected, and told so, and the rest is dropped', async () => {
    const intake = new Intake();
    const missing = intake.idOf(Date.now());
    const reply = intake.publish({ parentId: missing, text: 'to nobody' }, 7n);
    const below = intake.publish({ parentId: reply.id });
    await bench.deliver([reply, below, intake.edit(missing, 'e'), intake.react(missing, Reaction.LIKE)]);
    await minutes(9);
    expect(await bench.parked()).toHaveLength(4);
    await minutes(3);
    expect(await bench.parked()).toEqual([]);
    for (const { id } of [reply, below]) {
      const rejected = { state: CommentState.REJECTED, reasonCode: 'COMMENT_PARENT_NOT_FOUND' };
      expect(await bench.comment(id)).toMatchObject(rejected);
    }
    expect(await bench.comment(reply.id)).toMatchObject({ text: 'to nobody' });
    const told = (await bench.events()).map(({ event, actorId }) => `${event.case} ${actorId}`);
    expect(told).toEqual(['rejected 7', 'rejected 1']);
    expect(await bench.faults()).toEqual([]);
  });

  it('waits on while the writer has not read what came within its time', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const edit = intake.edit(sent.id, 'edited');
    await bench.deliver([edit]);
    log.end = 5n;
    await minutes(30);
    expect(await bench.parked()).toEqual([edit.id]);
    await bench.deliver([sent]);
    log.committed = 5n;
    await minutes(3);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'edited' });
  });

  it('waits on while its comment lies at the second door', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const edit = intake.edit(sent.id, 'edited');
    await bench.sql.transaction((tx) => enqueue(tx, [{ ...sent, topic: COMMANDS_TOPIC }], clock));
    await bench.deliver([edit]);
    await minutes(40);
    expect(await bench.parked()).toEqual([edit.id]);
    await bench.sql.transaction((tx) => tx.updateTable('outbox').set({ state: 'sent' }).execute());
    await minutes(30);
    expect(await bench.parked()).toEqual([]);
  });

  it('and can’t be applied is given up alone: its comment stands', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const [poison, click] = [intake.edit(sent.id, 'a\0b'), intake.react(sent.id, Reaction.LIKE)];
    await bench.deliver([poison, click]);
    await bench.deliver([sent]);
    expect(await bench.comment(sent.id)).toMatchObject({ state: CommentState.VISIBLE, floor: 1n });
    await minutes(12);
    expect(await bench.parked()).toEqual([]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'hello', likes: 1n });
    expect(bench.buried).toEqual([]);
  });

  it('has its effect when the comment is there after all', async () => {
    const intake = new Intake();
    const sent = intake.publish();
    const edit = intake.edit(sent.id, 'edited');
    await bench.deliver([sent]);
    // As another writer leaves it who did not see the comment yet.
    const { id, key, value } = edit;
    const row = { id, key, value, comment_id: sent.id, parked_at: BigInt(clock.now()) };
    await bench.sql.transaction((tx) =>
      tx
        .insertInto(`comment_parked_${intake.shard % 2}`)
        .values(row)
        .execute(),
    );
    await minutes(12);
    expect(await bench.parked()).toEqual([]);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'edited' });
  });
});

describe('words without a comment', () => {
  const HOUR_MS = 60 * MINUTE_MS;
  /** Accepted so long ago, its writer dies between the words and the rest. */
  async function leftOver(ageMs: number): Promise<Sent> {
    const intake = new Intake();
    const sent = intake.publish({ text: 'left over' });
    const id = intake.idOf(clock.now() - ageMs);
    const old = intake.again(sent, id);
    const died = bench.deliver([old], (name) => {
      if (name === 'job.content') throw unavailable('It died.');
    });
    await expect(died).rejects.toMatchObject({ kind: 'unavailable' });
    return old;
  }
  const words = async (): Promise<number> => {
    const count = async (n: number): Promise<number> =>
      (await bench.sql.read.selectFrom(`comment_content_${n}`).select('id').execute()).length;
    return (await count(0)) + (await count(1));
  };

  it('are removed when they are an hour old, and those of a comment never', async () => {
    const sweep = new OrphanSweep(bench.sql, clock);
    await bench.deliver([new Intake().publish()]);
    await leftOver(10 * MINUTE_MS);
    await leftOver(2 * HOUR_MS);
    await sweep.run();
    expect([await words(), sweep.removed]).toEqual([2, 1]);
    clock.step(2 * HOUR_MS);
    await sweep.run();
    expect([await words(), sweep.removed]).toEqual([1, 2]);
  });

  it('are found however old, when it has gone round', async () => {
    const sweep = new OrphanSweep(bench.sql, clock);
    await leftOver(100 * HOUR_MS);
    await sweep.run();
    expect(await words()).toBe(1);
    await sweep.run();
    expect(await words()).toBe(0);
  });

  it('that are taken away just before their comment comes are there all the same', async () => {
    const sweep = new OrphanSweep(bench.sql, clock);
    const old = await leftOver(2 * HOUR_MS);
    const sweepsBefore: Sql<CommentDb> = new Proxy(bench.sql, {
      get: (sql, name) => {
        if (name !== 'transaction') return Reflect.get(sql, name, sql) as unknown;
        const transaction: Sql<CommentDb>['transaction'] = async (work, options) => {
          if (options?.notify === OUTBOX_TAG) await sweep.run();
          return sql.transaction(work, options);
        };
        return transaction;
      },
    });
    await bench.deliver([old], noFaults, sweepsBefore);
    expect(sweep.removed).toBe(1);
    expect(await bench.comment(old.id)).toMatchObject({ text: 'left over', floor: 1n });
    expect(await bench.faults()).toEqual([]);
  });
});
