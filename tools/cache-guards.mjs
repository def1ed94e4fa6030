#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guards } from './cache-guards/guards.mjs';
import { lostGuards } from './cache-guards/lost.mjs';

/**
 * `node tools/cache-guards.mjs [word]`: takes the guards of libs/cache away one by one, in a copy of it, and prints the test
 * that goes red. Exits with 1 when none does, or when a guard is not where the list says. With a word: those whose name has it.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const word = process.argv[2] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'cache-guards-'));
const report = join(folder, 'report.json');
/** Far longer than all specs take. */
const HUNG_MS = 300_000;
let child;

process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    child?.kill('SIGKILL');
    process.exit(1);
  });
}

cpSync(join(root, 'libs/cache'), join(folder, 'cache'), {
  recursive: true,
  filter: (path) => !/\/(dist|node_modules)$/.test(path),
});
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const lost = lostGuards();
if (lost.length > 0) {
  console.error(`Not where the list says: ${lost.map(({ name }) => name).join('; ')}`);
  process.exit(1);
}
const before = await redTests([]);
if (before !== undefined) {
  console.error(`libs/cache is red before anything was taken away: ${before}`);
  process.exit(1);
}

let survivors = 0;
const chosen = guards.filter(({ name }) => name.includes(word));
for (const { name, file, search, replace, spec } of chosen) {
  const path = join(folder, 'cache', file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    source.replace(search, () => replace),
  );
  const red = (await redTests([spec])) ?? (await redTests([]));
  writeFileSync(path, source);
  if (red === undefined) survivors += 1;
  console.log(red === undefined ? `GREEN ${name}` : `red   ${name}\n        ${red}`);
}
console.log(`${chosen.length - survivors} of ${chosen.length} guards have a test that goes red without them`);
process.exit(survivors === 0 ? 0 : 1);

/** @returns the first test that fails, and how many more do; `undefined` when all pass. */
async function redTests(specs) {
  rmSync(report, { force: true });
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const options = ['--config', join(root, 'jest.preset.mjs'), '--rootDir', join(folder, 'cache'), '--silent'];
  const kept = ['--json', `--outputFile=${report}`, '--testTimeout=8000', '--forceExit', '--runInBand'];
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  child = spawn(process.execPath, [...flags, jest, ...options, ...kept, ...specs], {
    stdio: 'ignore',
    cwd: root,
  });
  const hung = setTimeout(() => child.kill('SIGKILL'), HUNG_MS);
  await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  clearTimeout(hung);
  if (!existsSync(report)) return 'the suite does not end';
  const { success, testResults, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
  if (success && numTotalTests > 0) return undefined;
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  if (failed.length === 0) return 'the suite does not run';
  return `${failed[0]}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}`;
}
