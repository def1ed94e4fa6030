#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { startStores } from './containers/stores.mjs';
import { needDocker } from './e2e.mjs';
import { addUp, forget } from './jest/tally.mjs';

/**
 * `npm run test:containers [-- jest arguments]`: starts MySQL, Redis, Kafka and Elasticsearch once, runs every
 * `*.containers.spec.ts` on them, and stops them. Needs Docker.
 */
needDocker();
forget('containers');
console.log('starting MySQL, Redis, Kafka and Elasticsearch …');
const { env, stop } = await startStores();
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--config',
    'jest.containers.mjs',
    '--forceExit',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, ...env, TALLY: 'containers/all' } },
);
await stop();
const { passed, failed, skipped } = addUp('containers');
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(status ?? 1);
