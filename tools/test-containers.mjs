#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { startStores } from './containers/stores.mjs';

/**
 * `npm run test:containers [-- jest arguments]`: starts MySQL, Redis, Kafka and Elasticsearch once, runs every
 * `*.containers.spec.ts` on them, and stops them. Needs Docker.
 */
if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
  console.error('Docker does not answer (`docker info`), and these suites need real stores in containers.');
  process.exit(1);
}
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
  { stdio: 'inherit', env: { ...process.env, ...env } },
);
await stop();
process.exit(status ?? 1);
