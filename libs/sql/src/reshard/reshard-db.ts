import { type Migrations } from '../open-sql-options.js';
import { forEachTable, shardOfKey, tableFor, tableNumbers, type Tables } from '../shards.js';
import { type Sql } from '../sql.js';
import { upsert } from '../writes.js';
import { type ShardedTable } from './sharded-table.js';

/** A table whose ids carry their shard, and one whose users are hashed. */
export interface ReshardDb {
  [thing: `thing_${number}`]: { id: bigint; name: string; score: number; body: Uint8Array | null };
  [seen: `seen_${number}`]: { user_id: bigint; kind: string; at: bigint };
}

export const SHARDED: readonly ShardedTable[] = [
  { base: 'thing', key: ['id'], shard: { carries: 'id' } },
  { base: 'seen', key: ['user_id', 'kind'], shard: { hashed: 'user_id' } },
];

export const reshardMigrations = (tables: Tables): Migrations => ({
  '0001-thing': {
    up: (db) =>
      forEachTable(tables, async (n) => {
        await db.schema
          .createTable(`thing_${n}`)
          .addColumn('id', 'bigint', (c) => c.primaryKey())
          .addColumn('name', 'varchar(64)', (c) => c.notNull())
          .addColumn('score', 'double precision', (c) => c.notNull())
          .addColumn('body', 'blob')
          .execute();
        await db.schema.createIndex(`thing_${n}_by_name`).on(`thing_${n}`).column('name').unique().execute();
      }),
  },
  '0002-seen': {
    up: (db) =>
      forEachTable(tables, async (n) => {
        await db.schema
          .createTable(`seen_${n}`)
          .addColumn('user_id', 'bigint', (c) => c.notNull())
          .addColumn('kind', 'varchar(16)', (c) => c.notNull())
          .addColumn('at', 'bigint', (c) => c.notNull())
          .addPrimaryKeyConstraint(`seen_key_${n}`, ['user_id', 'kind'])
          .execute();
      }),
  },
});

/** A machine that is busy elsewhere must not fail a test. */
const TIMEOUT_MS = 60_000;

/** Writes as applications do, asking for the tables in the transaction, and remembers what was acknowledged. */
export class Ledger {
  readonly things = new Map<bigint, string>();
  readonly seen = new Map<string, bigint>();

  readonly sql: Sql<ReshardDb>;

  constructor(sql: Sql<ReshardDb>) {
    this.sql = sql;
  }

  /** Many rows at once. */
  async fill(things: number, users: number): Promise<void> {
    const { sql } = this;
    const rows = range(things).map((n) => ({ id: BigInt(n), name: `${n} first`, score: n / 3, body: null }));
    const seen = range(users).map((n) => ({
      user_id: BigInt(n) * 1_000_003n,
      kind: `kind ${n % 3}`,
      at: 1n,
    }));
    await sql.transaction(
      async (tx) => {
        for (const [table, some] of Map.groupBy(rows, ({ id }) => tableFor('thing', id, sql.tables)))
          await tx.insertInto(table).values(some).execute();
        const tableOf = (user: bigint) => tableFor('seen', shardOfKey(String(user)), sql.tables);
        for (const [table, some] of Map.groupBy(seen, ({ user_id }) => tableOf(user_id)))
          await tx.insertInto(table).values(some).execute();
      },
      { timeoutMs: TIMEOUT_MS },
    );
    for (const { id, name } of rows) this.things.set(id, name);
    for (const { user_id, kind, at } of seen) this.seen.set(`${user_id} ${kind}`, at);
  }

  async put(id: bigint, name: string): Promise<void> {
    const { sql } = this;
    const row = { id, name: `${id} ${name}`, score: Number(id) / 3, body: Buffer.from(name) };
    await sql.transaction(
      (tx) =>
        upsert(tx, tableFor('thing', id, sql.tables), row, { key: ['id'], set: ['name', 'score', 'body'] }),
      { timeoutMs: TIMEOUT_MS },
    );
    this.things.set(id, row.name);
  }

  async remove(id: bigint): Promise<void> {
    const { sql } = this;
    await sql.transaction(
      (tx) =>
        tx
          .deleteFrom(tableFor('thing', id, sql.tables))
          .where('id', '=', id)
          .execute(),
      { timeoutMs: TIMEOUT_MS },
    );
    this.things.delete(id);
  }

  async see(userId: bigint, kind: string, at: bigint): Promise<void> {
    const { sql } = this;
    const row = { user_id: userId, kind, at };
    await sql.transaction(
      (tx) =>
        upsert(tx, tableFor('seen', shardOfKey(String(userId)), sql.tables), row, {
          key: ['user_id', 'kind'],
          set: ['at'],
        }),
      { timeoutMs: TIMEOUT_MS },
    );
    this.seen.set(`${userId} ${kind}`, at);
  }

  /** All rows there are, each with where it lies if that is the wrong place. */
  async stored(): Promise<{ readonly things: Map<bigint, string>; readonly seen: Map<string, bigint> }> {
    const { sql } = this;
    const things = new Map<bigint, string>();
    const seen = new Map<string, bigint>();
    for (const n of tableNumbers(sql.tables)) {
      for (const { id, name } of await sql.read.selectFrom(`thing_${n}`).selectAll().execute()) {
        const isRight = tableFor('thing', id, sql.tables) === `thing_${n}` && !things.has(id);
        things.set(id, isRight ? name : `in ${n}`);
      }
      for (const row of await sql.read.selectFrom(`seen_${n}`).selectAll().execute()) {
        const isRight = tableFor('seen', shardOfKey(String(row.user_id)), sql.tables) === `seen_${n}`;
        seen.set(`${row.user_id} ${row.kind}`, isRight ? row.at : -1n);
      }
    }
    return { things: sorted(things), seen: sorted(seen) };
  }

  promised(): Awaited<ReturnType<Ledger['stored']>> {
    return { things: sorted(this.things), seen: sorted(this.seen) };
  }
}

const sorted = <K extends bigint | string, V>(map: ReadonlyMap<K, V>): Map<K, V> =>
  new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
