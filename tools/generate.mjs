#!/usr/bin/env node
import { spawnSync } from 'node:child_process';

/** `npm run generate`: code from proto/. With --check: fails when what is committed is not what would be generated. */
const check = process.argv.includes('--check');
run('buf', ['generate']);
if (check) {
  const { stdout } = spawnSync('git', ['status', '--porcelain', '--', 'libs/contracts/src/gen'], {
    encoding: 'utf8',
  });
  if (stdout.trim() !== '') {
    console.error(`Generated code is not current. Run "npm run generate" and commit:\n${stdout}`);
    process.exit(1);
  }
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
