import { noFaults, systemClock, type Clock, type FaultPoint } from '@storey/context';
import { sql as raw } from 'kysely';
import { LAYOUT, NEXT_LAYOUT, assertTableCount, createLayout, readTables, recordTables } from '../layout.js';
import { LiveTables } from '../live-tables.js';
import { misconfigured } from '../misconfigured.js';
import { tableNumbers, type Tables } from '../shards.js';
import { type Sql } from '../sql.js';
import { NUMBERED, createLike, tableNames } from './catalog.js';
import { compareTable } from './compare-table.js';
import { copyTable } from './copy-table.js';
import { assertDoubled, doubleWrites, dropTriggers } from './double-writes.js';
import { define, noteDown, sourcesOf, type Moving, type ReshardProgress } from './moving.js';
import { Progress } from './progress.js';
import { type AnyDb, type ShardedTable } from './sharded-table.js';
import { dropOld, switchTables } from './switch-tables.js';

export interface ReshardOptions {
  /** Every sharded table of this database. */
  readonly sharded: readonly ShardedTable[];
  readonly clock?: Clock;
  readonly faultPoint?: FaultPoint;
  /** Ends it between two steps; the next call goes on. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (told: ReshardProgress) => void;
}

/**
 * Deals the 64 logical shards out over `to` new physical tables while others read and write. Killed at any moment, it goes on
 * when it is called again; until the switch, which is one atomic step, `abortReshard` takes it all back.
 * @throws AppError `SQL_MISCONFIGURED` for what makes no sense now, `SQL_RESHARD_DIFFERS` when a copy is not equal.
 */
export async function reshard<DB>(sql: Sql<DB>, to: number, options: ReshardOptions): Promise<void> {
  assertTableCount(to);
  const given = givenFrom(sql, options);
  const before = await underWay(given);
  if (before && before.to.count !== to) {
    throw misconfigured(
      `Tables are being dealt out over ${before.to.count}: go on with that, or abort it first`,
    );
  }
  const moving = before ?? (await begin(given, to));
  if (moving) await move(moving);
  if (sql.tables instanceof LiveTables) await sql.tables.refresh();
  const dropped = await dropOld(given);
  if (dropped > 0) given.onProgress({ step: 'dropped', rows: dropped });
}

/**
 * Takes back what was not switched yet, as if it had never begun; may itself be killed and called again.
 * @returns whether there was anything.
 */
export async function abortReshard<DB>(sql: Sql<DB>, options: ReshardOptions): Promise<boolean> {
  const moving = await underWay(givenFrom(sql, options));
  if (!moving) return false;
  await noteDown(moving, (tx) => moving.progress.enter(tx, 'aborting'));
  await undo(moving);
  return true;
}

type Given = Omit<Moving, 'from' | 'to' | 'progress'>;

const givenFrom = <DB>(sql: Sql<DB>, options: ReshardOptions): Given => ({
  sql: sql as unknown as Sql<AnyDb>,
  sharded: options.sharded,
  clock: options.clock ?? systemClock,
  faultPoint: options.faultPoint ?? noFaults,
  signal: options.signal,
  onProgress: options.onProgress ?? (() => undefined),
});

async function underWay(given: Given): Promise<Moving | undefined> {
  const { read } = given.sql;
  const to = (await tableNames(read)).includes(NEXT_LAYOUT) && (await readTables(read, NEXT_LAYOUT));
  if (!to) return undefined;
  return { ...given, from: await currentTables(given), to, progress: new Progress(to.first) };
}

/** @returns undefined when there is nothing to do. */
async function begin(given: Given, count: number): Promise<Moving | undefined> {
  const from = await currentTables(given);
  if (from.count === count) return undefined;
  await assertAllDeclared(given, from);
  await dropOld(given);
  let first = 0;
  await define(given, async (tx) => {
    await Progress.create(tx);
    await createLayout(tx, NEXT_LAYOUT);
    first = await Progress.nextFirst(tx, from.first);
    await recordTables(tx, NEXT_LAYOUT, { first, count });
  });
  return { ...given, from, to: { first, count }, progress: new Progress(first) };
}

async function currentTables({ sql }: Given): Promise<Tables> {
  const tables = await readTables(sql.read);
  if (!tables) throw misconfigured(`${LAYOUT} is empty: run \`npm run migrate\``);
  return tables;
}

/** One that is left out would stay behind. */
async function assertAllDeclared({ sql, sharded }: Given, from: Tables): Promise<void> {
  const numbers = new Set(tableNumbers(from).map(String));
  const bases = new Set(sharded.map(({ base }) => base));
  for (const name of await tableNames(sql.read)) {
    const [, base = '', n = ''] = NUMBERED.exec(name) ?? [];
    if (numbers.has(n) && !bases.has(base)) throw misconfigured(`${name} looks sharded, but nobody says how`);
  }
}

async function move(moving: Moving): Promise<void> {
  const { sql, progress, faultPoint, onProgress } = moving;
  const state = await progress.state(sql.read);
  if (state === 'aborting') throw misconfigured('It was being aborted: abort it to the end');
  if (state === 'preparing') await prepare(moving);
  await assertDoubled(moving);
  for (const source of sourcesOf(moving)) await copyTable(moving, source);
  for (const source of sourcesOf(moving)) await compareTable(moving, source);
  faultPoint('reshard.compared');
  await switchTables(moving);
  faultPoint('reshard.switched');
  onProgress({ step: 'switched' });
  await noteDown(moving, (tx) => progress.forget(tx));
}

/** Copying begins when every write is doubled, and not before. */
async function prepare(moving: Moving): Promise<void> {
  const { progress, faultPoint, onProgress } = moving;
  for (const { table, targets } of sourcesOf(moving)) {
    for (const target of targets) await define(moving, (tx) => createLike(tx, table, target));
  }
  faultPoint('reshard.prepared');
  onProgress({ step: 'prepared' });
  await doubleWrites(moving);
  faultPoint('reshard.doubled');
  await noteDown(moving, (tx) => progress.enter(tx, 'copying'));
  onProgress({ step: 'doubled' });
}

/** First nobody writes to the new tables, then they go, and last that there was to be a change. */
async function undo(moving: Moving): Promise<void> {
  const { progress } = moving;
  for (const { table } of sourcesOf(moving)) await define(moving, (tx) => dropTriggers(tx, moving.to, table));
  for (const target of new Set(sourcesOf(moving).flatMap(({ targets }) => targets))) {
    await define(moving, async (tx) => {
      await raw`drop table if exists ${raw.table(target)}`.execute(tx);
    });
  }
  await noteDown(moving, (tx) => progress.forget(tx));
  await define(moving, async (tx) => {
    await raw`drop table if exists ${raw.table(NEXT_LAYOUT)}`.execute(tx);
  });
}
