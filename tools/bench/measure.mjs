import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';

/**
 * How everything is measured: servers have one CPU, the load the other. What counts is requests per CPU second that the
 * servers' processes spent, against bare Fastify answering the same bytes in the moment before; medians of the rounds.
 */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Rounds are measured in slices, s: a busy neighbour comes and goes within seconds. */
const SLICE = 2;
/** Slices that count for nothing: until its code is compiled, a page costs three times as much. */
const WARM_SLICES = 3;
export const CONNECTIONS = 50;
const SERVER_CPU = '0';
const LOAD_CPU = '1';
const MIB = 2 ** 20;

const pins = spawnSync('taskset', ['-V']).status === 0;
if (pins) spawnSync('taskset', ['-a', '-cp', LOAD_CPU, String(process.pid)]);

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a program on the servers' CPU. @returns {{child, pid: number, stop: () => Promise<void>}} */
export function spawnServer(args, env) {
  const [command, ...first] = pins ? ['taskset', '-c', SERVER_CPU, process.execPath] : [process.execPath];
  const child = spawn(command, [...first, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const gone = once(child, 'exit').then(() => children.delete(child));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  return { child, pid: child.pid, stop };
}

/**
 * Starts a program and waits for the line that has its address.
 * @returns {Promise<{url: string, pid: number, startMs: number, stop: () => Promise<void>}>}
 */
export async function startServer(args, env, pattern) {
  const began = performance.now();
  const { child, pid, stop } = spawnServer(args, env);
  for await (const line of createInterface(child.stdout)) {
    const found = pattern.exec(line);
    if (!found) continue;
    child.stdout.resume();
    const startMs = performance.now() - began;
    return { url: (found[1] ?? '').replace(/\/$/, ''), pid, startMs, stop };
  }
  throw new Error(`${args.join(' ')} ended before it was ready.`);
}

/** The whole product in one process on `folder`, with the code cache that `npm start` has. */
export const startProduct = (folder, env = {}) =>
  startServer(
    ['apps/standalone/dist/main.js'],
    {
      ...{ PORT: '0', DATA_DIR: folder, LIMITS: 'off', LOG_LEVEL: 'error' },
      ...{ NODE_COMPILE_CACHE: '.cache/compiled', ...env },
    },
    /Storey is at (\S+)/,
  );

/** Runs a bench with a folder of its own, and ends the process with all that it started. */
export async function runInFolder(main) {
  const folder = mkdtempSync(join(tmpdir(), 'storey-bench-'));
  try {
    await main(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit(0);
}

const baselines = new Map();

/** Bare Fastify that answers `body`; one for each length. */
export async function baselineFor(body) {
  const length = Buffer.byteLength(body);
  if (!baselines.has(length)) {
    baselines.set(length, startServer(['tools/bench/baseline.mjs'], { BODY: body }, /listening at (\S+)/));
  }
  return baselines.get(length);
}

/**
 * One target for the time of a slice.
 * @param target `{ pids, url, … }`: all processes whose work counts; the rest goes to autocannon.
 */
export async function measure({ pids, ...options }) {
  const before = cpuSeconds(pids);
  const result = await autocannon({ connections: CONNECTIONS, duration: SLICE, ...options });
  const spent = cpuSeconds(pids) - before;
  const good = result['2xx'];
  return {
    perCpuSecond: good / spent,
    perSecond: good / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    bad: result.non2xx + result.errors,
  };
}

/**
 * Measures targets in slices of rounds, each right behind the baseline of its own bytes. Those that name no `body` stand against
 * the first baseline. A target may bring `around(measuring)`, which does something meanwhile: its baseline is itself without that.
 * @returns {Promise<Record<string, object>>} by name, medians.
 */
export async function measureInRounds(targets) {
  const names = Object.keys(targets);
  const all = Object.fromEntries(names.map((name) => [name, []]));
  const slices = Math.max(1, Math.round((ROUNDS * SECONDS) / SLICE));
  for (let slice = -WARM_SLICES; slice < slices; slice += 1) {
    for (const name of names) {
      const { body, around, ...target } = targets[name];
      const base = around ? await measure(target) : await measureBaseline(body);
      const measured = around ? await around(() => measure(target)) : await measure(target);
      if (slice < 0) continue;
      all[name].push({
        ...measured,
        base: base.perCpuSecond,
        ratio: measured.perCpuSecond / base.perCpuSecond,
        bytes: Buffer.byteLength(body),
      });
    }
  }
  return Object.fromEntries(names.map((name) => [name, medians(all[name])]));
}

async function measureBaseline(body) {
  const { pid, url } = await baselineFor(body);
  return measure({ pids: [pid], url });
}

function medians(slices) {
  const [first] = slices;
  const fields = Object.keys(first).map((field) => [field, median(slices.map((each) => each[field]))]);
  return { ...Object.fromEntries(fields), bad: slices.reduce((sum, { bad }) => sum + bad, 0) };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** That processes have spent so far on a CPU. Their `stat` counts in steps of 10 ms, which is coarse for one who waits much. */
export function cpuSeconds(pids) {
  return pids.flatMap((pid) => threadsOf(pid)).reduce((sum, ns) => sum + ns / 1e9, 0);
}

function threadsOf(pid) {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ns);
  });
}

/** Resident memory. */
export function rssMib(pid) {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) * 1024) / MIB;
}

/** Runs `work` over `items`, so many at once. */
export async function inParallel(items, width, work) {
  const queue = [...items].values();
  const runner = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, runner));
}

/** Calls `work` so many times a second, whether the last has ended or not, for as long as `during` takes. */
export async function atRate(perSecond, work, during) {
  let running = true;
  const begun = [];
  const pacing = (async () => {
    const start = performance.now();
    for (let n = 0; running; n += 1) {
      await sleep(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
      if (running) begun.push(work());
    }
  })();
  try {
    return await during();
  } finally {
    running = false;
    await pacing;
    await Promise.all(begun);
  }
}

/** @returns what was asked for as JSON. @throws Error for any other answer than 2xx. */
export async function request(url, { method = 'GET', token, json } = {}) {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Makes a user. @returns its id and token. */
export async function register(url, username) {
  const json = { username, password: 'a good password' };
  const post = (path) => request(`${url}/auth/v1/${path}`, { method: 'POST', json });
  // Who tries again because the answer was lost is registered already.
  const { accessToken, user } = await post('register').catch(() => post('login'));
  return { id: BigInt(user.id), token: accessToken };
}

/**
 * Prints what was found and writes it to tmp/bench-<name>.json.
 * @param rows what was measured. @param figures made by `figure`.
 */
export function report(name, { title, rows, figures = [], notices = [] }) {
  console.log(`\n${name}: ${title}`);
  if (rows.length > 0) console.table(rows);
  if (figures.length > 0) console.table(figures);
  for (const notice of notices) console.log(`NOTICE: ${notice}`);
  mkdirSync('tmp', { recursive: true });
  const file = `tmp/bench-${name}.json`;
  const about = { title, rounds: ROUNDS, seconds: SECONDS, node: process.version };
  writeFileSync(file, `${JSON.stringify({ ...about, rows, figures, notices }, null, 2)}\n`);
  console.log(`Written to ${file}.`);
}

/**
 * A figure that has a number, and whether it is met.
 * @param bounds `{ must, aim, atMost }`: at least these, or at most.
 */
export function figure(number, what, value, { must, aim, atMost = false }) {
  const reaches = (bound) => (atMost ? value <= bound : value >= bound);
  const met = reaches(aim) ? 'aim' : reaches(must) ? 'must' : 'NO';
  const sign = atMost ? '≤' : '≥';
  return { number, what, value: rounded(value), must: `${sign} ${must}`, aim: `${sign} ${aim}`, met };
}

export const rounded = (value) => Number(value.toPrecision(value >= 1000 ? 4 : 3));

/** One measured target as a row of the table. */
export function rowOf(what, { perCpuSecond, ratio, perSecond, p99, bytes, bad }) {
  return {
    what,
    'requests per CPU second': Math.round(perCpuSecond),
    ratio: rounded(ratio),
    'requests per second': Math.round(perSecond),
    'p99 ms': p99,
    bytes,
    'not 2xx': bad,
  };
}
