#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `npm test`: builds what changed, runs every suite that could have changed, and closes with one count. */
const tally = join('.cache', 'tally', '@storey');
rmSync(tally, { recursive: true, force: true });

const args = ['run-many', '-t', 'test', '--parallel=2', '--output-style=stream', ...process.argv.slice(2)];
const { status } = spawnSync('nx', args, { stdio: 'inherit' });

const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of list(tally)) {
  const counts = JSON.parse(readFileSync(join(tally, file), 'utf8'));
  for (const key of Object.keys(total)) total[key] += counts[key];
}
if (status !== 0 && total.failed === 0) total.failed = 1;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function list(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
