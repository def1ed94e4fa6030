#!/usr/bin/env node
import { startStores } from './containers/stores.mjs';
import { build, needDocker, runE2e } from './e2e.mjs';

/** Those that compose, on the same stores, does not run as they are, and what one process may do otherwise than many. */
const E2E = ['app', 'dead-letters', 'edges', 'reconcile', 'republish', 'start', 'tips'];

/**
 * `npm run test:e2e:stores [-- jest arguments]`: suites of test/ against one process on real stores, which it starts in
 * containers and stops; `-- e2e/ security/ faults/` for all of them. Of the attacks those that what is stored answers; the edge
 * meets the others the same on any. Of the faults those that compose does not run with several instances of each app.
 */
needDocker();
build();
console.log('starting MySQL, Redis, Kafka and Elasticsearch …');
const { env, stop } = await startStores();
const ok = runE2e({
  topology: 'stores',
  env,
  suites: [
    `e2e/(${E2E.join('|')})\\.`,
    'security/(limits|tokens)',
    'faults/(?!walks|clicks|hot-subject|floors)',
  ],
  given: process.argv.slice(2),
});
await stop();
process.exit(ok ? 0 : 1);
