import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../containers/ports.mjs';
import { startStores } from '../containers/stores.mjs';
import { fillSubjects } from './fill.mjs';
import { figure, measureInRounds, spawnServer, startServer } from './measure.mjs';
import { registerUsers } from './prepare.mjs';

const DOMAINS = ['account', 'comment', 'history'];
const READY_MS = 90_000;

/**
 * P7: gateway, web-bff and services as processes of their own on real stores, against three processes that pass the same
 * bytes on by bare grpc-js. @returns {Promise<{measured: object, figures: object[], notices: string[]}>}
 */
export async function measureApart() {
  if (spawnSync('docker', ['info']).status !== 0) {
    const notice =
      'Docker does not answer: the product was not measured apart (P7), which needs real stores.';
    return { measured: {}, figures: [], notices: [notice] };
  }
  const folder = mkdtempSync(join(tmpdir(), 'storey-apart-'));
  const stores = await startStores();
  const started = [];
  try {
    return await measureOn(stores.env, folder, started);
  } finally {
    await Promise.all(started.map(({ stop }) => stop()));
    await stores.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOn(stores, folder, started) {
  const env = await settingsOf(stores);
  for (const tool of ['tools/migrate.mjs', 'tools/topics.mjs']) prepareBy(tool, env);
  const start = async (app) => {
    const [port] = await freePorts(1);
    const own = { PORT: String(port), DATA_DIR: join(folder, app) };
    const server = spawnServer([`apps/${app}/dist/main.js`], { ...env, ...own });
    server.child.stdout.resume();
    started.push(server);
    return `http://127.0.0.1:${port}`;
  };
  await answering(`${await start('account-service')}/readyz`);
  await start('web-bff');
  const gateway = await start('api-gateway');
  await answering(`${gateway}/healthz`);
  const authors = await untilDone(() => registerUsers(gateway));
  const subjects = [{ oid: 'thousand', comments: 1000 }];
  await fillSubjects(
    env.SQL_COMMENT_URL,
    subjects,
    authors.map(({ id }) => id),
  );
  const services = [await start('comment-service'), await start('comment-job')];
  for (const service of services) await answering(`${service}/readyz`);
  return compare(gateway, [...started.map(({ pid }) => pid), ...processesOf(stores.TEST_REDIS_URL)], started);
}

async function compare(gateway, pids, started) {
  const url = `${gateway}/web/v1/subjects/video/thousand/comments?sort=new`;
  await answering(url);
  const body = await (await fetch(url)).text();
  const hops = await startTwoHops(body);
  started.push(...hops);
  const measured = await measureInRounds({
    apart: { url, pids, body },
    'two bare hops': { url: hops.at(-1).url, pids: hops.map(({ pid }) => pid), body },
  });
  const value = measured.apart.ratio / measured['two bare hops'].ratio;
  return {
    measured,
    figures: [figure('P7', 'apart, to two bare grpc-js hops', value, { must: 3, aim: 10 })],
    notices: [],
  };
}

async function startTwoHops(body) {
  const program = 'tools/bench/two-hops.mjs';
  const start = (role, env) => startServer([program, role], env, /listening at (\S+)/);
  const service = await start('service', { BODY: body });
  const bff = await start('bff', { TARGET: service.url });
  return [service, bff, await start('gateway', { TARGET: bff.url })];
}

async function settingsOf({ TEST_MYSQL_URL, TEST_REDIS_URL, TEST_KAFKA_URL, TEST_ELASTICSEARCH_URL }) {
  const ports = await freePorts(6);
  const [account, comment, history, web, app, admin] = ports.map((port) => `127.0.0.1:${port}`);
  const secret = () => randomBytes(32).toString('base64url');
  const databases = DOMAINS.map((domain) => [
    `SQL_${domain.toUpperCase()}_URL`,
    `${TEST_MYSQL_URL}/storey_${domain}?tables=2`,
  ]);
  return {
    ...Object.fromEntries(databases),
    KV_STATE_URL: `${TEST_REDIS_URL}/0?timeoutMs=200`,
    KV_CACHE_URL: `${TEST_REDIS_URL}/1`,
    EVENTS_URL: TEST_KAFKA_URL,
    SEARCH_URL: TEST_ELASTICSEARCH_URL,
    RPC_ACCOUNT_URL: `grpc://${account}`,
    RPC_COMMENT_URL: `grpc://${comment}`,
    RPC_HISTORY_URL: `grpc://${history}`,
    UPSTREAM_WEB_URL: `http://${web}`,
    UPSTREAM_APP_URL: `http://${app}`,
    UPSTREAM_ADMIN_URL: `http://${admin}`,
    INTERNAL_SECRET: secret(),
    CURSOR_SECRET: secret(),
    LIMITS: 'off',
    LOG_LEVEL: 'error',
  };
}

function prepareBy(tool, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${tool} failed.\n${stdout}${stderr}`);
}

const answering = (url) =>
  untilDone(async () => {
    const { ok, status } = await fetch(url);
    if (!ok) throw new Error(`${url}: ${status}`);
  });

async function untilDone(work) {
  const end = performance.now() + READY_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(250);
  }
}

/** Those of a container by its published port, where its engine runs on this machine. */
function processesOf(url) {
  const filter = ['ps', '--filter', `publish=${new URL(url).port}`, '--format', '{{.ID}}'];
  const id = spawnSync('docker', filter, { encoding: 'utf8' }).stdout.trim();
  const inspect = ['inspect', '--format', '{{.State.Pid}}', id];
  const pid = Number(spawnSync('docker', inspect, { encoding: 'utf8' }).stdout);
  return pid > 0 && existsSync(`/proc/${pid}/stat`) ? [pid] : [];
}
