#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm run prove [-- name …]`: the fault suites at full length, or those whose name is given; half an hour or so, not for every
 * day. Ends with a table of what was done, and 1 when a promise was broken. A red run prints its seed; `PROVE_SEED` brings
 * it back, `PROVE_KILLS` and so on shorten it.
 */
const SUITES = [
  'floors',
  'idempotency-kill',
  'job-stopped',
  'relay-stopped',
  'write-path',
  'writer-stopped',
  'walks',
  'timers',
  'ledger',
  'hot-subject',
  'clicks',
  'tips',
  'deletion',
  'outages',
];
/** By which tool suites run on containers; they are left out where Docker does not answer, unless they are asked for. */
const ON_CONTAINERS = {
  'writer-stopped': 'tools/test-e2e-stores.mjs',
  outages: 'tools/test-e2e-compose.mjs',
};
const AMOUNTS = {
  PROVE_KILLS: '100',
  PROVE_REST_CPU_S: '1.8',
  PROVE_POINT_KILLS: '200',
  PROVE_POINT_ROUNDS: '20',
  PROVE_STOPS: '20',
  PROVE_KEY_ROUNDS: '20',
  PROVE_WALKS: '1000',
  PROVE_TIMERS: '100000',
  PROVE_TIMER_KILLS: '20',
  PROVE_CLICKS: '10000',
  PROVE_CLICKERS: '200',
  PROVE_CLICKED: '20',
  PROVE_CONNECTIONS: '50',
  PROVE_HOT_MS: '10000',
  PROVE_KV_FALL: '20',
  PROVE_OUTAGE_MS: '30000',
  PROVE_ROUNDS: '3',
  PROVE_REST_S: '60',
};

const asked = process.argv.slice(2);
const hasDocker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const suites = SUITES.filter((suite) =>
  asked.length === 0 ? hasDocker || !(suite in ON_CONTAINERS) : asked.includes(suite),
);
if (asked.length === 0 && !hasDocker)
  console.log(`NOTICE: Docker does not answer, so ${Object.keys(ON_CONTAINERS).join(', ')} are left out.`);
if (suites.length < asked.length) {
  console.error(`There is ${SUITES.join(', ')}; not all of ${asked.join(', ')}.`);
  process.exit(1);
}

run('nx', ['run-many', '-t', 'build', '--output-style=static'], { stdio: 'pipe' });
const folder = mkdtempSync(join(tmpdir(), 'storey-prove-'));
const results = suites.map(prove);
rmSync(folder, { recursive: true });

console.log();
for (const { suite, ok, seconds, lines } of results) {
  console.log(`${ok ? 'kept  ' : 'BROKEN'} ${suite} (${seconds} s)`);
  for (const line of lines) console.log(`         ${line}`);
}
process.exit(results.every(({ ok }) => ok) ? 0 : 1);

function prove(suite) {
  const figures = join(folder, suite);
  const started = performance.now();
  const [args, cwd] = suite in ON_CONTAINERS ? containersRun(suite) : jestRun(suite);
  const env = { ...AMOUNTS, ...process.env, PROVE_FIGURES: figures };
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: 'inherit', env });
  const seconds = Math.round((performance.now() - started) / 1000);
  return { suite, ok: status === 0, seconds, lines: linesOf(figures) };
}

function containersRun(suite) {
  return [[ON_CONTAINERS[suite], `faults/${suite}.spec.ts`], '.'];
}

function jestRun(suite) {
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '../node_modules/jest/bin/jest.js',
    '--config',
    '../jest.preset.mjs',
    '--rootDir',
    '.',
    `faults/${suite}.spec.ts`,
    '--reporters=default',
  ];
  return [args, 'test'];
}

/** One line for each thing a suite told. */
function linesOf(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ suite, figures }) => `${suite}: ${pairs(figures)}`);
}

function pairs(figures) {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return;
  console.error(`The build failed.\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  process.exit(1);
}
