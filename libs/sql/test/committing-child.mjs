import { openSql } from '@storey/sql';

/** Commits rows as fast as it can and prints the id of each that was acknowledged, until it is killed. */
const [url, first] = process.argv.slice(2);
const db = await openSql(url, {
  migrations: {
    1: {
      up: (d) =>
        d.schema
          .createTable('t')
          .addColumn('id', 'bigint', (c) => c.primaryKey())
          .addColumn('twin', 'bigint')
          .execute(),
    },
  },
});
let id = BigInt(first);
const write = async () => {
  for (;;) {
    const mine = id++;
    await db.transaction(
      async (tx) => {
        await tx.insertInto('t').values({ id: mine, twin: -mine }).execute();
        await tx.insertInto('t').values({ id: -mine, twin: mine }).execute();
      },
      { timeoutMs: 60_000 },
    );
    process.stdout.write(`${mine}\n`);
  }
};
await Promise.all(Array.from({ length: 20 }, write));
