import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(new URL('../../', import.meta.url).pathname, '.cache/tally');

/**
 * Writes the counts of one run of jest to .cache/tally, where `addUp` finds them: under the name in TALLY, else of the
 * package it runs in.
 */
export default class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const file = join(FOLDER, `${process.env.TALLY ?? nameOfPackage()}.json`);
    mkdirSync(join(file, '..'), { recursive: true });
    const skipped = testResults.reduce((n, suite) => n + suite.numPendingTests, 0);
    writeFileSync(
      file,
      JSON.stringify({ passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped }),
    );
  }
}

const nameOfPackage = () => JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')).name;

/** What all runs under `folder` of .cache/tally counted, together. */
export function addUp(folder = '') {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of list(join(FOLDER, folder))) {
    const counts = JSON.parse(readFileSync(file, 'utf8'));
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  return total;
}

/** Counts of an earlier run count no more. */
export const forget = (folder) => rmSync(join(FOLDER, folder), { recursive: true, force: true });

function list(folder) {
  try {
    return readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
