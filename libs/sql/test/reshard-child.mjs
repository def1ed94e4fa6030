import { openSql, reshard, shardOfKey, tableFor, upsert } from '@storey/sql';
import { reshardMigrations, SHARDED } from '../src/reshard/reshard-db.ts';

/** Deals tables out anew while it writes, and prints what was acknowledged, until it is killed or done. */
const [url, round, to] = process.argv.slice(2);
const db = await openSql(url, { migrations: reshardMigrations, tables: 2 });
let isRunning = true;
const write = async (lane) => {
  for (let n = 0; isRunning; n += 1) {
    const id = BigInt(lane * 1000 + (n % 40));
    const name = `${id} ${round} ${n}`;
    const row = { id, name, score: n, body: null };
    const seen = { user_id: id * 1_000_003n, kind: 'k', at: BigInt(round) * 1_000_000n + BigInt(n) };
    await db.transaction(
      async (tx) => {
        await upsert(tx, tableFor('thing', id, db.tables), row, { key: ['id'], set: ['name', 'score'] });
        await upsert(tx, tableFor('seen', shardOfKey(String(seen.user_id)), db.tables), seen, {
          key: ['user_id', 'kind'],
          set: ['at'],
        });
      },
      { timeoutMs: 60_000 },
    );
    process.stdout.write(`${JSON.stringify([String(id), name, String(seen.at)])}\n`);
  }
};
const writing = Array.from({ length: 5 }, (_, lane) => write(lane));
await reshard(db, Number(to), { sharded: SHARDED });
isRunning = false;
await Promise.all(writing);
await db.close();
