import { spawnSync } from 'node:child_process';
import { addUp, forget } from './jest/tally.mjs';

/**
 * Runs the suites of test/ on one topology (see test/support/topology) and closes with one count.
 * @param given arguments of jest, e.g. names of suites, instead of all that belong to the topology.
 * @returns whether all passed.
 */
export function runE2e({ topology, env, suites, given }) {
  const folder = `e2e-${topology}`;
  forget(folder);
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning', // kafkajs, where the suites themselves use it
      '../node_modules/jest/bin/jest.js',
      '--config=../jest.preset.mjs',
      '--rootDir=.',
      '--runInBand',
      '--forceExit',
      '--testTimeout=60000',
      ...(given.length > 0 ? given : suites),
    ],
    {
      cwd: 'test',
      stdio: 'inherit',
      env: { ...process.env, ...env, TOPOLOGY: topology, TALLY: `${folder}/all` },
    },
  );
  const { passed, failed, skipped } = addUp(folder);
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return status === 0 && passed > 0;
}

/** What the suites start, and what they run by its name, is built. */
export function build() {
  const { status, stdout, stderr } = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], {
    encoding: 'utf8',
  });
  if (status === 0) return;
  console.error(`The build failed.\n${stdout}${stderr}`);
  process.exit(1);
}

/** Without Docker there is nothing to run on. */
export function needDocker() {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0) return;
  console.error('Docker does not answer (`docker info`), and these suites run on containers.');
  process.exit(1);
}
