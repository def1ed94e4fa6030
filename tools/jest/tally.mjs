import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const ROOT = new URL('../../', import.meta.url).pathname;
const FOLDER = join(ROOT, '.cache/tally');
/** So much is told of a failure where all are listed. */
const LINES = 12;

/**
 * Writes what one run of jest counted to .cache/tally, where `addUp` finds it: under the name in TALLY, else of the package
 * it runs in. What failed, and what passed only when it was run again, stands there with its message.
 */
export default class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const file = join(FOLDER, `${process.env.TALLY ?? nameOfPackage()}.json`);
    mkdirSync(join(file, '..'), { recursive: true });
    const tally = {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites,
      skipped: testResults.reduce((n, suite) => n + suite.numPendingTests, 0),
      failures: testResults.flatMap(failuresOf),
      flaky: testResults.flatMap(flakyOf),
    };
    writeFileSync(file, JSON.stringify(tally));
  }
}

const failuresOf = ({ testFilePath, testResults, testExecError }) => [
  ...(testExecError ? [told(testFilePath, 'the file itself', [testExecError.message])] : []),
  ...testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => told(testFilePath, fullName, failureMessages)),
];

const flakyOf = ({ testFilePath, testResults }) =>
  testResults
    .filter(({ status, invocations }) => status === 'passed' && invocations > 1)
    .map(({ fullName, retryReasons }) => told(testFilePath, fullName, retryReasons));

/** A test with the first lines of what went wrong. */
const told = (path, test, messages = []) => {
  const why = stripVTControlCharacters(messages.join('\n')).split('\n').slice(0, LINES);
  return `${relative(ROOT, path)} › ${test}\n${why.map((line) => `    ${line}`).join('\n')}`;
};

const nameOfPackage = () => JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')).name;

/** What all runs under `folder` of .cache/tally counted, together. */
export function addUp(folder = '') {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [], flaky: [] };
  for (const file of list(join(FOLDER, folder))) {
    const tally = JSON.parse(readFileSync(file, 'utf8'));
    for (const key of ['passed', 'failed', 'skipped']) total[key] += tally[key];
    for (const key of ['failures', 'flaky']) total[key].push(...tally[key]);
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
