import { expect, it } from '@jest/globals';
import {
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  sql,
  type DialectAdapter,
} from 'kysely';
import { forUpdate, forUpdateSkipLocked, insertIgnore, upsert } from './index.js';

interface Db {
  t: { id: bigint; n: number; at: bigint };
}

function recording(createAdapter: () => DialectAdapter = () => new MysqlAdapter()) {
  const texts: string[] = [];
  const db = new Kysely<Db>({
    dialect: {
      createAdapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: (inner) => new MysqlIntrospector(inner),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
    log: ({ query }) => void texts.push(query.sql),
  });
  return { db, texts };
}

const row = { id: 1n, n: 2, at: 3n };

it('upserts on MySQL with the guard assigned last', async () => {
  const { db, texts } = recording();
  await upsert(db, 't', row, { key: ['id'], set: ['at', 'n'], ifNewer: 'at' });
  expect(texts[0]).toBe(
    'insert into `t` (`id`, `n`, `at`) values (?, ?, ?) on duplicate key update ' +
      '`n` = case when values(`at`) > `t`.`at` then values(`n`) else `t`.`n` end, ' +
      '`at` = case when values(`at`) > `t`.`at` then values(`at`) else `t`.`at` end',
  );
});

it('upserts expressions on MySQL', async () => {
  const { db, texts } = recording();
  const set = ({ current, incoming }: { current: (c: 'n') => unknown; incoming: (c: 'n') => unknown }) => ({
    n: sql`${current('n')} + ${incoming('n')}`,
  });
  await upsert(db, 't', row, { key: ['id'], set });
  expect(texts[0]).toMatch(/update `n` = `t`\.`n` \+ values\(`n`\)$/);
});

it('ignores and locks in the words of MySQL', async () => {
  const { db, texts } = recording();
  await insertIgnore(db, 't', row, ['id']);
  await forUpdate(db.selectFrom('t').selectAll()).execute();
  await forUpdateSkipLocked(db.selectFrom('t').selectAll().limit(1)).execute();
  expect(texts).toEqual([
    'insert ignore into `t` (`id`, `n`, `at`) values (?, ?, ?)',
    'select * from `t` for update',
    'select * from `t` limit ? for update skip locked',
  ]);
});

it('refuses a dialect it does not know', async () => {
  const { db } = recording(() => new PostgresAdapter());
  await expect(insertIgnore(db, 't', row, ['id'])).rejects.toThrow('PostgresAdapter');
});
