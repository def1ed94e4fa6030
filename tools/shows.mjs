#!/usr/bin/env node
import { spawnSync } from 'node:child_process';

/** `npm run shows -- NAME`: runs what a milestone must show and prints one line for each. */
const jest = (folder, ...patterns) => [
  'node',
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '../node_modules/jest/bin/jest.js',
    '--config',
    '../jest.preset.mjs',
    '--rootDir',
    '.',
    '--runInBand',
    '--forceExit',
    ...patterns,
  ].map((arg) => (folder === 'test' ? arg : arg.replace(/^\.\.\/(?=node_modules|jest)/, '../../'))),
  folder,
];

const prove = (...suites) => ['npm', ['run', 'prove', '--', ...suites], '.'];
const bench = (name) => ['npm', ['run', 'bench', '--', name], '.'];

const SHOWS = {
  3: [
    [
      'one line for a used port, a locked folder, a wrong setting; Ctrl-C ends cleanly',
      jest('test', 'e2e/start'),
    ],
    ['every app alone refuses adapters that serve one process', jest('test', 'e2e/start', '-t', 'alone')],
    [
      'sign up, in, out; post, reply, like, live arrival; play, restart, resume: real Chromium',
      jest('test', 'e2e/browser'),
    ],
    ['attacks on tokens, headers, paths and bodies', jest('test', 'security')],
    ['the event log under kill -9', jest('libs/events', 'kill')],
    ['the key-value journal under kill -9', jest('libs/kv', 'kill')],
    ['the database under kill -9', jest('libs/sql', 'kill')],
    ['the outbox between its steps', jest('libs/outbox')],
    ['a session that ended is refused within 1 s and after kill -9', jest('test', 'e2e/accounts')],
    ['each rule of the house fails when it is broken', jest('test', 'e2e/boundaries')],
    [
      'no install script runs but that of node; the lock file is current',
      ['npm', ['ci', '--dry-run', '--loglevel=error'], '.'],
    ],
    [
      'floors 1 to 100; twenty posts under one key; walks under writes; a stopped writer; the ledger over deaths',
      jest('test', 'faults'),
    ],
    ['every command of the README', jest('test', 'e2e/docs')],
    ['comments and history as the contract says', jest('test', 'e2e/comment', 'e2e/history', 'e2e/app')],
  ],
  4: [
    ['the contract suites on sqlite', jest('libs/sql')],
    ['the contract suites on memory and file', jest('libs/kv')],
    ['the contract suite on the sqlite log', jest('libs/events')],
    ['the contract suite on fts5', jest('libs/search')],
    ['the contract suite on inproc and grpc', jest('libs/rpc')],
    ['the contract suite on inproc and http', jest('libs/upstream')],
    [
      'the same on mysql, redis, redis cluster, kafka, elasticsearch; faults of servers and lines; dead letters; timers at rest',
      ['npm', ['run', 'test:containers'], '.'],
    ],
    ['the end-to-end files on one process with real stores', ['npm', ['run', 'test:e2e:stores'], '.']],
    [
      'compose from nothing to healthy, two instances of each and two gateways; end-to-end files through them; outages of every store and kill -9 of every app under load, with the outside ledger; down leaves nothing but volumes',
      ['npm', ['run', 'test:e2e:compose'], '.'],
    ],
  ],
  5: [
    [
      'a thousand readers of a cold key load once, in one process and in several',
      jest('libs/cache', 'stampede'),
    ],
    [
      'pages in a bounded number of round trips and statements; a flush under load',
      jest('apps/comment-service', 'test/reading'),
    ],
    [
      'every order of readers and writers, and the naive forms that fail it',
      jest('libs/cache', 'interleaving', 'last-known'),
    ],
    [
      'each guard of the library has a test that goes red without it',
      ['node', ['tools/cache-guards.mjs'], '.'],
    ],
    ['a subject that takes most of the traffic', prove('hot-subject')],
    ['figures of reading: warm, cold, far down, signed in, beside posts; memory', bench('reading')],
    ['figures of the library beside its peers', bench('cache')],
  ],
  6: [
    ['10,000 clicks: counters equal rows, each sees his own', prove('clicks')],
    [
      'without the log, the database, any store: nothing lost or doubled; nothing parks; reconcile is 0',
      prove('outages'),
    ],
    [
      'kill -9 of the writer and the relay at each point, and a stop beyond the lease',
      prove('write-path', 'relay-stopped', 'writer-stopped'),
    ],
    ['fair turns, and live posts beside an import', bench('fairness')],
    ['a row that is refused goes up its ladder and parks alone', jest('libs/outbox')],
    ['tips and deletions under kill -9', prove('tips', 'deletion')],
    ['100,000 timers over restarts', prove('timers')],
    ['a backup taken under load, restored: reconcile is 0', jest('test', 'e2e/backup')],
    ['every version of every message that was ever written', jest('apps/comment-job', 'golden')],
  ],
};

const lines = SHOWS[process.argv[2]];
if (!lines) {
  console.error(`Which? npm run shows -- ${Object.keys(SHOWS).join(' | ')}`);
  process.exit(1);
}
const build = spawnSync('nx', ['run-many', '-t', 'build', '--output-style=static'], { encoding: 'utf8' });
if (build.status !== 0) {
  console.error(`The build failed.\n${build.stdout}${build.stderr}`);
  process.exit(1);
}
let failed = 0;
for (const [line, [command, args, cwd]] of lines) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  const counts =
    /Tests: .*/.exec(stderr)?.[0] ??
    /^(?:\d+ (?:passed, \d+ failed|of \d+ guards)|kept|BROKEN).*/m.exec(stdout)?.[0] ??
    '';
  console.log(
    `${status === 0 ? 'shown ' : 'FAILED'} ${line} (${((performance.now() - started) / 1000).toFixed(0)} s) ${counts}`,
  );
  if (status === 0) continue;
  failed += 1;
  process.stdout.write(`${stdout}${stderr}`.slice(-8000));
}
process.exit(failed === 0 ? 0 : 1);
