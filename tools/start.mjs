#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { enableCompileCache } from 'node:module';

/** `npm start`: builds what changed, then serves the whole product from this very process. */
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Storey needs Node 24; this is ${process.version}. Start it by "npm start", which brings its own.`,
  );
  process.exit(1);
}
const began = performance.now();
console.log('Building what changed (the first time about 20 s) …');
const build = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], { encoding: 'utf8' });
if (build.status !== 0) {
  console.error(`The build failed.\n${build.stdout ?? ''}${build.stderr ?? build.error?.message ?? ''}`);
  process.exit(1);
}
console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s. Starting …`);
// What was compiled last time is read instead: a faster start, and a faster first page.
enableCompileCache('.cache/compiled');
await import('../apps/standalone/dist/main.js');
