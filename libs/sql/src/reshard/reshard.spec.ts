import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { sql as raw } from 'kysely';
import { openSql } from '../open-sql.js';
import { shardOfKey } from '../shards.js';
import { describeReshard } from './reshard.contract.js';
import { shardSql } from './sharded-table.js';

describeReshard('sqlite:', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storey-reshard-'));
  return { url: `sqlite:${folder}/reshard.db`, remove: () => rm(folder, { recursive: true }) };
});

it('finds the shard of a user by a statement as the program does', async () => {
  const db = await openSql('sqlite::memory:', { migrations: {} });
  const users = Array.from({ length: 300 }, (_, n) => (BigInt(n) * 0x9e3779b97f4a7c15n) % 2n ** 63n);
  const shard = shardSql({ base: 'seen', key: ['user_id'], shard: { hashed: 'user_id' } });
  for (const user of users) {
    const query = raw<{ shard: bigint }>`select ${shard} as shard from (select ${user} as user_id) as u`;
    const { rows } = await query.execute(db.read);
    expect(Number(rows[0]?.shard)).toBe(shardOfKey(String(user)));
  }
  await db.close();
});

it('takes over the number of tables of a database that was made before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'storey-reshard-'));
  const url = `sqlite:${folder}/old.db?tables=2`;
  const old = await openSql(url, { migrations: {} });
  await old.transaction(async (tx) => {
    await raw`drop table storey_layout`.execute(tx);
    await raw`insert into storey_meta (name, value) values ('tables', '16')`.execute(tx);
  });
  await old.close();
  const db = await openSql(url, { migrations: {} });
  expect(db.tables).toMatchObject({ first: 0, count: 16 });
  await db.close();
  await rm(folder, { recursive: true });
});
