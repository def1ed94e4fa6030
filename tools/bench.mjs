#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';

/**
 * `npm run bench`: figures as ratios within one run. The server has one CPU, the load the other; what counts is requests per
 * CPU second that the server's process spent, against bare Fastify answering the same bytes, in alternating rounds.
 */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const CONNECTIONS = 50;
const COMMENTS = 1000;

const folder = mkdtempSync(join(tmpdir(), 'storey-bench-'));
const children = [];
try {
  await main();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function main() {
  const product = await start(
    ['apps/standalone/dist/main.js'],
    { PORT: '0', DATA_DIR: folder, LIMITS: 'off', LOG_LEVEL: 'error' },
    /Storey is at (\S+)/,
  );
  const token = await fill(product.url);
  const page = `${product.url}/web/v1/subjects/video/bench/comments?sort=new`;
  const bytes = await (await fetch(page)).text();
  const baseline = await start(['tools/bench/baseline.mjs'], { BODY: bytes }, /listening at (\S+)/);
  const signedIn = { authorization: `Bearer ${token}` };
  let posts = 0;
  const targets = {
    'bare Fastify, the same bytes': { server: baseline, url: baseline.url },
    'page, anonymous, warm': { server: product, url: page },
    'page, signed in': { server: product, url: page, headers: signedIn },
    'history report': {
      server: product,
      url: `${product.url}/web/v1/history/video/bench`,
      method: 'PUT',
      headers: { ...signedIn, 'content-type': 'application/json' },
      body: JSON.stringify({ progress: 10, duration: 100 }),
    },
    post: {
      server: product,
      url: `${product.url}/web/v1/subjects/video/posts/comments`,
      method: 'POST',
      headers: { ...signedIn, 'content-type': 'application/json' },
      setupClient: (client) =>
        client.on('response', () =>
          client.setBody(JSON.stringify({ text: `post ${(posts += 1)} of ${process.pid}` })),
        ),
      body: JSON.stringify({ text: `first of ${process.pid}` }),
    },
  };
  const rounds = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, target] of Object.entries(targets)) rounds[name].push(await measure(target));
  }
  report(rounds, bytes.length);
}

/** Starts a server on CPU 0 and reads its address from its output. */
async function start(args, env, pattern) {
  const pin =
    spawnSync('taskset', ['-V']).status === 0 ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
  const [command, ...first] = pin;
  const child = spawn(command, [...first, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const found = pattern.exec(line);
    if (found) return { url: found[1].replace(/\/$/, ''), pid: child.pid };
  }
  throw new Error(`${args.join(' ')} ended: ${await once(child, 'exit')}`);
}

async function fill(url) {
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username: `bench${process.pid}`, password: 'a good password' });
  const { accessToken } = await (
    await fetch(`${url}/auth/v1/register`, { method: 'POST', headers: json, body })
  ).json();
  const headers = { ...json, authorization: `Bearer ${accessToken}` };
  for (let at = 0; at < COMMENTS; at += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        fetch(`${url}/web/v1/subjects/video/bench/comments`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ text: `Comment ${at + i}: ${'lorem ipsum '.repeat(8)}` }),
        }),
      ),
    );
  }
  for (let i = 0; i < 200; i += 1) {
    const { counts } = await (await fetch(`${url}/web/v1/subjects/video/bench/counts`)).json();
    if (counts.all === COMMENTS) return accessToken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the comments were not applied in time');
}

async function measure({ server, ...options }) {
  const before = cpuSeconds(server.pid);
  const result = await autocannon({ connections: CONNECTIONS, duration: SECONDS, ...options });
  const spent = cpuSeconds(server.pid) - before;
  const good = result['2xx'];
  return {
    perCpuSecond: good / spent,
    perSecond: good / result.duration,
    p99: result.latency.p99,
    bad: result.non2xx + result.errors,
  };
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function report(rounds, bytes) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const [[, baseline]] = Object.entries(rounds);
  const base = median(baseline.map((each) => each.perCpuSecond));
  const rows = Object.entries(rounds).map(([name, all]) => ({
    what: name,
    'requests per CPU second': Math.round(median(all.map((each) => each.perCpuSecond))),
    ratio: Number((median(all.map((each) => each.perCpuSecond)) / base).toFixed(3)),
    'requests per second': Math.round(median(all.map((each) => each.perSecond))),
    'p99 ms': median(all.map((each) => each.p99)),
    'not 2xx': all.reduce((sum, each) => sum + each.bad, 0),
  }));
  console.log(
    `page of ${bytes} bytes, ${COMMENTS} comments, ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, medians`,
  );
  console.table(rows);
  mkdirSync('tmp', { recursive: true });
  writeFileSync('tmp/bench.json', JSON.stringify(rows, null, 2));
}
