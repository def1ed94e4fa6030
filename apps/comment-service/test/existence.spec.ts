import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommentIds, commentMigrations, type CommentDb } from '@storey/comment';
import { loadConfig } from '@storey/config';
import { Clock, FakeClock, noFaults, runInContext, systemClock } from '@storey/context';
import { comment } from '@storey/contracts';
import { IdGenerator } from '@storey/ids';
import { openPlatform, platformConfig, type Platform, type RunningApp } from '@storey/service';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Existence } from '../src/existence/existence.js';
import { start } from '../src/index.js';
import { Bench, SLOW, alice, refusal } from './bench.js';
import { commentJob } from './job.js';

/** Absent ids, made so long ago by a worker that never made another. */
function absent(agoMs: number, count: number): readonly bigint[] {
  const ids = new IdGenerator({ worker: 250, clock: new FakeClock(Date.now() - agoMs) });
  return Array.from({ length: count }, (_, n) => ids.next(n % 64));
}

/** comment-service on a database whose statements are counted. */
class Counted {
  statements = 0;

  private constructor(
    readonly platform: Platform,
    private readonly folder: TemporaryFolder,
    private readonly service: { running?: RunningApp },
  ) {}

  static async open(): Promise<Counted> {
    const folder = temporaryFolder();
    const config = loadConfig(platformConfig, { LOG_LEVEL: 'silent', LIMITS: 'off' });
    const platform = await openPlatform({ config, folder: folder.path, faultPoint: noFaults });
    const counted = new Counted(platform, folder, {});
    const sql = await platform.ports.sql<CommentDb>('comment', commentMigrations);
    const read = sql.read.withPlugin({
      transformQuery: ({ node }) => {
        counted.statements += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    Object.defineProperty(sql, 'read', { get: () => read });
    counted.service.running = await start(config, platform);
    return counted;
  }

  async get(id: bigint): Promise<void> {
    const client = this.platform.ports.rpc.client(comment.CommentService, {
      target: 'comment',
      from: 'test',
    });
    const context = { traceId: 'f'.repeat(32), priority: 'critical' as const };
    const refused = await refusal(runInContext(context, () => client.getComment({ id }, SLOW)));
    expect(refused).toMatchObject({ code: 'COMMENT_NOT_FOUND' });
  }

  async statementsOf(ids: readonly bigint[]): Promise<number> {
    const before = this.statements;
    for (const id of ids) await this.get(id);
    return this.statements - before;
  }

  async close(): Promise<void> {
    await this.service.running?.close();
    await this.platform.ports.close();
    this.folder.remove();
  }
}

describe('ids that nobody ever made', () => {
  let counted: Counted;
  beforeEach(async () => {
    counted = await Counted.open();
  });
  afterEach(() => counted.close());

  /** Waits until the filter knows all there is. @returns so many other ids */
  async function loaded(count: number): Promise<readonly bigint[]> {
    let agoMs = 120_000;
    // An id that was asked for before is known to be absent without the filter.
    await eventually(async () => expect(await counted.statementsOf(absent((agoMs += 1), 1))).toBe(0));
    return absent(110_000, count);
  }

  it('reach the database in 2 % of all cases at most', async () => {
    const ids = await loaded(1000);
    expect(await counted.statementsOf(ids)).toBeLessThanOrEqual(20);
    const metrics = await counted.platform.metrics.text();
    expect(metrics).toMatch(/storey_comment_existence_total{[^}]*outcome="absent"[^}]*} (9[89]\d|\d{4})\n/);
  });

  it('reach it once while they are known to be absent, where the filter has nothing to say', async () => {
    await loaded(0);
    const ids = absent(1000, 100);
    expect(await counted.statementsOf([...ids, ...ids, ...ids])).toBe(ids.length);
  });
});

describe('what exists', () => {
  /** A minute and more from now. */
  class Later extends Clock {
    now = (): number => systemClock.now() + 70_000;
    monotonic = (): number => systemClock.monotonic();
    sleep = (ms: number, signal?: AbortSignal): Promise<void> => systemClock.sleep(ms, signal);
    after = (ms: number, fn: () => void): (() => void) => systemClock.after(ms, fn);
  }
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  const posts = async (what: string, count: number): Promise<bigint[]> => {
    const ids: bigint[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await bench.post(alice, `${what} ${n}`));
    return ids;
  };

  it('is known to a process that starts, be it stored, accepted or yet to come', async () => {
    const stored = await posts('stored', 5);
    await bench.startJob(commentJob);
    for (const id of stored) await bench.applied(alice, id);
    await bench.stopJob();
    const accepted = await posts('accepted', 5);
    const { ports, logger, metrics } = bench.platform;
    const sql = await ports.sql<CommentDb>('comment', commentMigrations);
    const existence = Existence.start({
      ids: new CommentIds(sql),
      events: ports.events,
      clock: new Later(),
      logger,
      metrics,
    });
    await existence.loaded();
    const coming = await posts('coming', 5);
    const asked: bigint[] = [];
    const ask = (ids: readonly bigint[]) =>
      existence.ids.read(ids, async (possible) => {
        asked.push(...possible);
        return new Map(possible.map((id) => [id, true]));
      });
    await eventually(() => expect(existence.ids.size).toBe(15));
    await eventually(async () => {
      await ask(absent(120_000, 100));
      expect(existence.ids.counts.absent).toBeGreaterThan(0);
    });
    asked.length = 0;
    const all = [...stored, ...accepted, ...coming];
    await ask(all);
    expect(asked).toEqual(all);
    await existence.close();
  });
});
