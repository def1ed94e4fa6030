#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { freePorts } from './containers/ports.mjs';
import { needDocker, runE2e } from './e2e.mjs';

/**
 * `npm run test:e2e:compose [-- jest arguments]`: brings docker-compose.yml up under a name and ports of its own, runs
 * the suites of test/ through its gateway, and takes it down with all that it kept.
 */
const UP_S = 300;

needDocker();
const project = process.env.COMPOSE_PROJECT ?? 'storey-e2e';
const [gateway, secondGateway, mysql, kafka] = await freePorts(4);
const env = {
  COMPOSE_PROJECT_NAME: project,
  COMPOSE_FILE: 'docker-compose.yml:test/compose.yml',
  IMAGE: project,
  PORT: String(gateway),
  TEST_GATEWAY_PORT: String(secondGateway),
  TEST_MYSQL_PORT: String(mysql),
  TEST_KAFKA_PORT: String(kafka),
  LIMITS: 'off',
  LOG_LEVEL: 'warn',
  HISTORY_WINDOW_MS: '500',
  ADMIN_USERNAME: 'root',
  ADMIN_PASSWORD: 'correct horse battery',
};
const addresses = {
  COMPOSE_PROJECT: project,
  COMPOSE_URL: `http://127.0.0.1:${gateway}`,
  COMPOSE_SECOND_URL: `http://127.0.0.1:${secondGateway}`,
  COMPOSE_MYSQL: `127.0.0.1:${mysql}`,
  COMPOSE_BROKER: `127.0.0.1:${kafka}`,
};
// Whoever interrupts ends what runs at the moment; taking down follows.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);

process.exitCode = run() ? 0 : 1;

function run() {
  takeDown(); // what an interrupted run may have left
  try {
    if (!compose('up', '--build', '--quiet-pull', '--detach', '--wait', '--wait-timeout', String(UP_S))) {
      tellOf(
        ({ State, Health, ExitCode }) => ExitCode !== 0 || Health === 'unhealthy' || State === 'restarting',
      );
      return false;
    }
    const passed = runE2e({
      topology: 'compose',
      env: { ...env, ...addresses },
      suites: ['e2e/', 'faults/'],
      given: process.argv.slice(2),
    });
    if (!passed) tellOf(({ Image }) => Image === project);
    return leavesVolumesOnly() && passed;
  } finally {
    takeDown();
  }
}

/** What an operator's `docker compose down` leaves behind. */
function leavesVolumesOnly() {
  compose('--progress=quiet', 'down', '--timeout=5');
  const left = [
    ['ps', '--all', '--quiet'],
    ['network', 'ls', '--quiet'],
    ['volume', 'ls', '--quiet'],
  ].map((command) => listed(...command).length);
  const asItShould = left[0] === 0 && left[1] === 0 && left[2] > 0;
  if (!asItShould) console.error(`down left ${left.join(', ')} containers, networks, volumes`);
  return asItShould;
}

function listed(...command) {
  const filter = `--filter=label=com.docker.compose.project=${project}`;
  const { stdout } = spawnSync('docker', [...command, filter], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean);
}

function compose(...args) {
  const { status } = spawnSync('docker', ['compose', ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function takeDown() {
  compose('--progress=quiet', 'down', '--volumes', '--remove-orphans', '--timeout=5');
}

/** The end of the log of each container that is `meant`. */
function tellOf(meant) {
  const { stdout } = spawnSync('docker', ['compose', 'ps', '--all', '--format=json'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  for (const line of stdout.trim().split('\n').filter(Boolean)) {
    const container = JSON.parse(line);
    if (!meant(container)) continue;
    console.error(`\n— ${container.Name}: ${container.Status}`);
    spawnSync('docker', ['logs', '--tail=60', container.ID], { stdio: ['ignore', 2, 2] });
  }
}
