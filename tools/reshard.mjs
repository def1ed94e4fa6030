#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { commentShardedTables } from '@storey/comment';
import { historyShardedTables } from '@storey/history';
import { abortReshard, reshard } from '@storey/sql';
import { faultPoints } from '@storey/testing';
import { DATABASES, Refusal, withPorts } from './stores.mjs';

/**
 * `npm run reshard -- --domain comment --to 8`: deals the 64 logical shards of a database out over so many physical tables,
 * while the apps run. Again it goes on where it was; `--abort` takes back what is not switched yet. Runs on the build; with
 * embedded files, while the product is stopped. How it is done: docs/patterns/resharding.md.
 */
const SHARDED = { comment: commentShardedTables, history: historyShardedTables };
const USAGE = `npm run reshard -- --domain ${Object.keys(SHARDED).join('|')} --to 1|2|4|8|16|32|64, or --abort`;

await withPorts(
  'npm run reshard',
  DATABASES.map(({ setting }) => setting),
  async (ports, { killAt, nodeEnv }) => {
    const { domain, to, abort } = asked();
    const { migrations } = DATABASES.find((database) => database.domain === domain);
    const sql = await ports.sql(domain, migrations);
    const options = {
      sharded: SHARDED[domain],
      onProgress: (told) => console.log(`${domain}: ${lineOf(told)}`),
      faultPoint: faultPoints({ killAt, production: nodeEnv === 'production' }),
    };
    if (abort) {
      const was = await abortReshard(sql, options);
      console.log(`${domain}: ${was ? 'as before' : 'there is nothing to abort'}`);
      return;
    }
    await reshard(sql, to, options);
    console.log(`${domain}: ${sql.tables.count} tables of each`);
  },
);

function lineOf({ step, table, rows }) {
  const about = rows === undefined ? '' : `, ${rows} ${table ? 'rows' : 'tables'}`;
  return `${step}${table ? ` ${table}` : ''}${about}`;
}

/** @throws Refusal for what makes no sense. */
function asked() {
  const { domain, to, abort } = parsed().values;
  if (!Object.hasOwn(SHARDED, domain ?? '')) throw new Refusal(`Which domain? ${USAGE}`);
  if ((to === undefined) === !abort) throw new Refusal(`Over how many tables? ${USAGE}`);
  return { domain, to: Number(to), abort };
}

function parsed() {
  try {
    return parseArgs({
      options: { domain: { type: 'string' }, to: { type: 'string' }, abort: { type: 'boolean' } },
    });
  } catch (error) {
    throw new Refusal(`${error.message} ${USAGE}`, { cause: error });
  }
}
