#!/usr/bin/env node
import { spawnSync } from 'node:child_process';

/** `npm run check`: everything that can be wrong without running the product, each step timed. */
const steps = [
  ['lock file', 'npm', ['ci', '--dry-run', '--loglevel=error']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['proto lint', 'buf', ['lint']],
  ['generated code', 'node', ['tools/generate.mjs', '--check']],
  ['settings page', 'node', ['tools/docs.mjs', '--check']],
  ['guards of the cache', 'node', ['tools/cache-guards/lost.mjs']],
  ['types', 'node', ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.json']],
  ['types of the site', 'node', ['node_modules/typescript-7/bin/tsc', '-p', 'apps/web/tsconfig.json']],
  ['lint', 'eslint', ['--max-warnings', '0', '.']],
  ['boundaries', 'depcruise', ['--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'test']],
];

let failed = 0;
for (const [name, command, args] of steps) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed += 1;
  process.stdout.write(`${stdout}${stderr}`);
}
process.exit(failed === 0 ? 0 : 1);
