#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { addUp, forget } from './jest/tally.mjs';

/** `npm test`: builds what changed, runs every suite that could have changed, and closes with one count. */
forget('@storey');

const args = ['run-many', '-t', 'test', '--parallel=2', '--output-style=stream', ...process.argv.slice(2)];
const { status } = spawnSync('nx', args, { stdio: 'inherit' });

const { passed, failed, skipped } = addUp('@storey');
const failures = status !== 0 && failed === 0 ? 1 : failed;
console.log(`\n${passed} passed, ${failures} failed, ${skipped} skipped`);
process.exit(failures > 0 || passed === 0 ? 1 : 0);
