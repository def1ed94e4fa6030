import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const workspace = new URL('../../', import.meta.url).pathname;

/** Writes the counts of one project's run to .cache/tally, where `npm test` adds them up. */
export default class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const rootDir = process.cwd();
    const { name } = JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8'));
    const file = join(workspace, '.cache/tally', `${name}.json`);
    mkdirSync(join(file, '..'), { recursive: true });
    const skipped = testResults.reduce((n, suite) => n + suite.numPendingTests, 0);
    writeFileSync(
      file,
      JSON.stringify({ passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped }),
    );
  }
}
