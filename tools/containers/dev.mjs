#!/usr/bin/env node
import { startStores } from './stores.mjs';

/**
 * `node tools/containers/dev.mjs [mysql redis …]`: keeps stores running and prints what to export, so that a suite
 * can be run again and again on them. Ctrl-C stops them.
 */
const names = process.argv.slice(2);
const { env, stop } = await startStores(names.length > 0 ? names : undefined);
for (const [name, value] of Object.entries(env)) console.log(`export ${name}='${value}'`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stop().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
