#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run bench [-- <name> …]`: figures as ratios within one run; without a name all of them. Runs on the build. */
const BENCHES = {
  pages: 'what visitors do most, against bare Fastify',
  reading: 'comment pages: large subjects, cold, beside writes, apart, memory',
  cache: 'libs/cache against other cache libraries',
  fairness: 'others beside a subject that dominates, and beside an import',
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are:`);
  for (const [name, what] of Object.entries(BENCHES)) console.error(`  ${name.padEnd(8)} ${what}`);
  process.exit(1);
}
const results = (names.length > 0 ? names : Object.keys(BENCHES)).map((name) => {
  const program = fileURLToPath(new URL(`bench/${name}.mjs`, import.meta.url));
  return spawnSync(process.execPath, ['--expose-gc', program], { stdio: 'inherit' }).status;
});
process.exit(results.every((status) => status === 0) ? 0 : 1);
