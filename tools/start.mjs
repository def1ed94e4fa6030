#!/usr/bin/env node
import { spawnSync } from 'node:child_process';

/** `npm start`: builds what changed, then serves the whole product from this very process. */
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Storey needs Node 24; this is ${process.version}. Start it by "npm start", which brings its own.`,
  );
  process.exit(1);
}
const build = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], { encoding: 'utf8' });
if (build.status !== 0) {
  console.error(`The build failed.\n${build.stdout ?? ''}${build.stderr ?? build.error?.message ?? ''}`);
  process.exit(1);
}
await import('../apps/standalone/dist/main.js');
