import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startStores } from '../containers/stores.mjs';
import { ROUNDS, SECONDS, figure, median, report, rounded } from './measure.mjs';
import { bytesAsTheyAre, ours } from './ours.mjs';

/**
 * `npm run bench -- cache`: libs/cache beside lru-cache, cache-manager, bentocache and cacheable, in this process. Reads per
 * CPU second of the process, medians of the rounds; the rest is counted. Over Redis with REDIS_URL, else with Docker.
 */
const IDS = Array.from({ length: 1000 }, (_, n) => `id-${n}`);
const IN_FLIGHT = 50;
const READERS = 1000;
const RACES = 100;
const LOAD_MS = 5;
const ENTRIES = 100_000;
const MANY = 20;
const TRIES = 20;
/** What was loaded may still be on its way into the store, and is shared until it is there. */
const SETTLE_MS = 1000;
/** Longer than any run. */
const TTL_MS = 3_600_000;

let runs = 0;
const newPrefix = () => `bench-${process.pid}-${(runs += 1)}`;
const LOREM = 'lorem ipsum dolor sit amet ';
/** About 1 kB as JSON, as a comment is; through JSON, so that no two share the memory of their strings. */
const valueOf = (id) =>
  JSON.parse(JSON.stringify({ id, text: LOREM.repeat(12), html: `<p>${id} ${LOREM.repeat(16)}</p>` }));

async function main() {
  const contenders = [ours, ...(await loadRivals())];
  const redis = await findRedis();
  try {
    const rows = [];
    for (const contender of contenders) rows.push(await examine(contender, redis.url));
    await addSpeeds(rows, contenders, redis.url);
    const figures = [
      await localAgainstRaw(contenders),
      ...(redis.url ? [await manyAgainstRaw(redis.url)] : []),
    ];
    report('cache', {
      title: `${ROUNDS} rounds of ${SECONDS} s, medians; lost: of ${RACES} races each`,
      rows,
      figures: figures.flat(),
      notices: redis.notices,
    });
  } finally {
    await redis.stop();
  }
  process.exit(0);
}

/** They are no dependencies of the product: installed here, on first use. */
async function loadRivals() {
  const folder = fileURLToPath(new URL('rivals/', import.meta.url));
  if (!existsSync(`${folder}node_modules/.package-lock.json`)) {
    console.log('Installing what is compared with …');
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error('npm ci failed in tools/bench/rivals.');
  }
  return (await import('./rivals/contenders.mjs')).rivals;
}

async function findRedis() {
  const nothing = async () => undefined;
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: nothing, notices: [] };
  if (spawnSync('docker', ['info']).status !== 0) {
    const notices = ['Neither REDIS_URL nor Docker: nothing was measured over Redis.'];
    return { url: undefined, stop: nothing, notices };
  }
  const { env, stop } = await startStores(['redis']);
  return { url: env.TEST_REDIS_URL, stop, notices: [] };
}

/** What is counted: in memory always, over Redis where there is one and the contender can. */
async function examine({ name, openMemory, openRedis }, url) {
  const over = url === undefined || !openRedis ? undefined : (options) => openRedis({ ...options, url });
  return {
    name,
    'loads, 1,000 readers': await stampede([openMemory]),
    'two processes, Redis': over ? await stampede([over, over]) : '-',
    'lost to a set': await lostRaces([openMemory], 'set'),
    'to a delete': await lostRaces([openMemory], 'delete'),
    'to a set, Redis': over ? await lostRaces([over, over], 'set') : '-',
    'to a delete, Redis': over ? await lostRaces([over, over], 'delete') : '-',
    'bytes an entry': await bytesAnEntry(openMemory),
  };
}

/** One cold key, asked for by all at once, dealt out over processes. @returns how often it was loaded. */
async function stampede(openers) {
  let loads = 0;
  const load = async (id) => {
    loads += 1;
    await sleep(4 * LOAD_MS);
    return valueOf(id);
  };
  const caches = await openAll(openers, load);
  await Promise.all(Array.from({ length: READERS }, (_, n) => caches[n % caches.length].get('cold')));
  await closeAll(caches);
  return loads;
}

/**
 * A reader misses and loads; before it is done somebody changes the value and tells the cache of another process.
 * @returns how often whoever reads afterwards gets the older value.
 */
async function lostRaces(openers, how) {
  const database = new Map();
  const load = async (id) => {
    const version = database.get(id);
    await sleep(LOAD_MS);
    return { ...valueOf(id), version };
  };
  const caches = await openAll(openers, load);
  const [reader, writer = reader] = caches;
  const race = async (n) => {
    const id = `race-${n}`;
    database.set(id, 1);
    const reading = reader.get(id);
    await sleep(LOAD_MS / 2);
    database.set(id, 2);
    await (how === 'set' ? writer.set(id, { ...valueOf(id), version: 2 }) : writer.delete(id));
    // Some refuse the reader whose load was overtaken.
    await Promise.allSettled([reading]);
    await sleep(2);
    return (await writer.get(id)).version === 2 ? 0 : 1;
  };
  let lost = 0;
  for (let n = 0; n < RACES; n += 1) lost += await race(n);
  await closeAll(caches);
  return lost;
}

async function bytesAnEntry(openMemory) {
  const before = heldBytes();
  const cache = await openMemory({ prefix: newPrefix(), load: async (id) => valueOf(id) });
  for (let at = 0; at < ENTRIES; at += READERS) {
    await Promise.all(Array.from({ length: READERS }, (_, n) => cache.get(`entry-${at + n}`)));
  }
  const held = heldBytes() - before;
  await cache.close();
  return Math.round(held / ENTRIES);
}

function heldBytes() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Warm ones, in turn, round by round. */
async function addSpeeds(rows, contenders, url) {
  const memory = await speeds(contenders.map(({ name, openMemory }) => ({ name, open: openMemory })));
  const able = url === undefined ? [] : contenders.filter(({ openRedis }) => openRedis);
  const redis = await speeds(
    able.map(({ name, openRedis }) => ({ name, open: (options) => openRedis({ ...options, url }) })),
    IN_FLIGHT,
  );
  for (const row of rows) {
    row['memory, hits/s'] = Math.round(memory.get(row.name));
    row['Redis, hits/s'] = redis.has(row.name) ? Math.round(redis.get(row.name)) : '-';
  }
}

async function speeds(contenders, width = 1) {
  const warm = [];
  for (const { name, open } of contenders) {
    const { load, loads } = counted((id) => valueOf(id));
    const cache = await open({ prefix: newPrefix(), load });
    for (const id of IDS) await cache.get(id);
    warm.push({ name, cache, loads, work: (n) => cache.get(IDS[n]) });
  }
  await sleep(SETTLE_MS);
  const found = await inTurns(warm, width);
  await closeAll(warm.map(({ cache }) => cache));
  return found;
}

/** @returns by name, calls per CPU second, medians. */
async function inTurns(works, width) {
  const all = new Map(works.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, work, loads } of works) {
      all.get(name).push(await hitsOnly(loads, () => callsPerCpuSecond(work, width)));
    }
  }
  return new Map([...all].map(([name, found]) => [name, median(found)]));
}

/** A store that is late on a busy machine is passed by, and a load is no hit: such a round is run again. */
async function hitsOnly(loads, measuring) {
  for (let tries = 1; ; tries += 1) {
    const before = loads();
    const found = await measuring();
    if (loads() === before) return found;
    if (tries === TRIES) throw new Error('The store was late in every round: the machine is too busy.');
  }
}

function counted(make) {
  let loads = 0;
  const load = async (id) => {
    loads += 1;
    return make(id);
  };
  return { load, loads: () => loads };
}

/** Each caller has ids of its own and walks through them: who shares a read would be counted for nothing. */
async function callsPerCpuSecond(work, width) {
  const own = IDS.length / width;
  const end = performance.now() + SECONDS * 1000;
  const before = process.cpuUsage();
  let calls = 0;
  const caller = async (number) => {
    for (let n = 0; performance.now() < end; calls += 100) {
      for (let left = 100; left > 0; left -= 1, n += 1) await work(number * own + (n % own));
    }
  };
  await Promise.all(Array.from({ length: width }, (_, number) => caller(number)));
  const { user, system } = process.cpuUsage(before);
  return (calls * 1e6) / (user + system);
}

async function localAgainstRaw(contenders) {
  const { load, loads } = counted((id) => valueOf(id));
  const options = { load };
  const cache = await ours.openMemory({ ...options, prefix: newPrefix() });
  const raw = contenders.find(({ name }) => name === 'lru-cache').openMemory(options);
  for (const id of IDS) await Promise.all([cache.get(id), raw.get(id)]);
  const works = [
    { name: 'get', loads, work: (n) => cache.get(IDS[n]) },
    { name: 'peek', loads, work: (n) => cache.peek(IDS[n]) },
    { name: 'raw', loads, work: (n) => raw.get(IDS[n]) },
  ];
  const found = await inTurns(works, 1);
  await closeAll([cache, raw]);
  const bounds = { must: 0.6, aim: 0.9 };
  const ratio = (name) => found.get(name) / found.get('raw');
  console.log(`A local hit: ${rounded(found.get('get'))} get/s, ${rounded(found.get('peek'))} peek/s.`);
  return [
    figure('P13', 'local hit by get, to fetch of lru-cache', ratio('get'), bounds),
    figure('P13', 'local hit by peek, to fetch of lru-cache', ratio('peek'), bounds),
  ];
}

async function manyAgainstRaw(url) {
  const prefix = newPrefix();
  const bytes = Buffer.from(JSON.stringify(valueOf('bytes')));
  const { load, loads } = counted(() => bytes);
  const cache = await ours.openRedis({ url, prefix, codec: bytesAsTheyAre, load });
  const raw = new Redis(url, { enableAutoPipelining: true });
  const keys = IDS.map((id) => `{${prefix}:raw:${id}}`);
  await Promise.all(keys.map((key) => raw.set(key, bytes, 'PX', TTL_MS)));
  const slices = IDS.map((_, at) => at - (at % MANY)).map((at) => [at, at + MANY]);
  const [ids, names] = [IDS, keys].map((all) => slices.map(([from, to]) => all.slice(from, to)));
  for (const some of ids) await cache.getMany(some);
  await sleep(SETTLE_MS);
  const works = [
    { name: 'getMany', loads, work: (n) => cache.getMany(ids[n]) },
    { name: 'raw', loads, work: (n) => raw.mgetBuffer(names[n]) },
  ];
  const found = await inTurns(works, IN_FLIGHT);
  await cache.close();
  await raw.quit();
  const value = found.get('getMany') / found.get('raw');
  return figure('P13', `getMany(${MANY}) over Redis, to raw MGET`, value, { must: 0.7, aim: 0.9 });
}

const openAll = (openers, load) => {
  const prefix = newPrefix();
  return Promise.all(openers.map((open) => open({ prefix, load })));
};
const closeAll = (caches) => Promise.all(caches.map((cache) => cache.close()));

await main();
