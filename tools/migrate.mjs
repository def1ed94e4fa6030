#!/usr/bin/env node
import { openSql } from '@storey/sql';
import { DATABASES, isEmbedded, withSettings } from './stores.mjs';

/**
 * `npm run migrate`: makes the databases that SQL_ACCOUNT_URL, SQL_COMMENT_URL and SQL_HISTORY_URL name and brings their
 * tables up to date. Again it does nothing. Runs on the build.
 */
await withSettings('npm run migrate', async (settings) => {
  for (const { domain, setting, migrations } of DATABASES) {
    const url = settings[setting];
    if (isEmbedded(url)) {
      console.log(`${domain}: embedded, brought up to date by the app that opens it`);
      continue;
    }
    const began = performance.now();
    const sql = await openSql(url, { migrations, migrate: 'run' });
    await sql.close();
    console.log(`${domain}: up to date (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
});
