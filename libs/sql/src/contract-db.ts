import { type Migrations } from './open-sql-options.js';
import { forEachTable, type Tables } from './shards.js';

export interface Item {
  id: bigint;
  title: string;
  count: number;
  at: bigint;
  body: Uint8Array | null;
}

/** The tables that the contract suite plays with. */
export interface ContractDb {
  item: Item;
  [note: `note_${number}`]: { id: bigint; text: string };
}

export const migrations = (tables: Tables): Migrations => ({
  '0001-item': {
    up: (db) =>
      db.schema
        .createTable('item')
        .addColumn('id', 'bigint', (c) => c.primaryKey())
        .addColumn('title', 'varchar(200)', (c) => c.notNull().unique())
        .addColumn('count', 'integer', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('body', 'blob')
        .execute(),
  },
  '0002-note': {
    up: (db) =>
      forEachTable(tables, (n) =>
        db.schema
          .createTable(`note_${n}`)
          .addColumn('id', 'bigint', (c) => c.primaryKey())
          .addColumn('text', 'text', (c) => c.notNull())
          .execute(),
      ),
  },
});

export const item = (id: bigint, change: Partial<Item> = {}): Item => ({
  id,
  title: `title ${id}`,
  count: 1,
  at: 1_700_000_000_000n,
  body: null,
  ...change,
});
