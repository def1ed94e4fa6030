#!/usr/bin/env node
import { S3Fifo } from '../../libs/cache/src/local/s3-fifo.ts';

/**
 * `node tools/bench/eviction.mjs`: hit rates of eviction policies on the same traces, from one seed. Each value has size 1.
 * The policy of libs/cache is measured as it is; the others are here to be compared with.
 */
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 1_000_000);
const CAPACITY = Number(process.env.BENCH_CAPACITY ?? 2000);
const IDS = CAPACITY * 50;
const SKEW = 0.9;
/** Ids of crawler and loop, apart from the readers'. */
const ELSEWHERE = 1e9;

function main() {
  const policies = {
    LRU: () => new Lru(CAPACITY),
    SLRU: () => new Slru(CAPACITY),
    '2Q': () => new TwoQueues(CAPACITY),
    ARC: () => new Arc(CAPACITY),
    'W-TinyLFU': () => new WindowTinyLfu(CAPACITY),
    SIEVE: () => new Sieve(CAPACITY),
    'S3-FIFO': () => new Kept(CAPACITY),
  };
  const traces = {
    zipf: Uint32Array.from(ranks(REQUESTS, 1)),
    'zipf, crawled': Uint32Array.from(crawled()),
    'shifting zipf': Uint32Array.from(shifting()),
    'loop of 1.5 ×': Uint32Array.from(loop(CAPACITY * 1.5, REQUESTS)),
    'zipf and loop': Uint32Array.from(alternating()),
  };
  console.log(
    `${REQUESTS} requests, ${CAPACITY} places, ${IDS} ids, zipf ${SKEW}; % of the readers' requests that hit`,
  );
  console.table(
    Object.fromEntries(Object.entries(policies).map(([name, open]) => [name, row(open, traces)])),
  );
}

function row(open, traces) {
  const rates = Object.entries(traces).map(([name, trace]) => [name, 100 * rate(open(), trace)]);
  const { zipf, 'zipf, crawled': crawled } = Object.fromEntries(rates);
  rates.push(['crawler costs', zipf - crawled]);
  return Object.fromEntries(rates.map(([name, percent]) => [name, percent.toFixed(1)]));
}

function rate(policy, trace) {
  let hits = 0;
  let asked = 0;
  for (const id of trace) {
    const hit = policy.request(id);
    if (id >= ELSEWHERE && id < 2 * ELSEWHERE) continue;
    asked += 1;
    if (hit) hits += 1;
  }
  return hits / asked;
}

/** Mulberry32. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function* ranks(count, seed) {
  const random = seeded(seed);
  const sums = new Float64Array(IDS);
  let sum = 0;
  for (let rank = 0; rank < IDS; rank += 1) sums[rank] = sum += (rank + 1) ** -SKEW;
  for (let request = 0; request < count; request += 1) {
    const wanted = random() * sum;
    let low = 0;
    let high = IDS - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    yield low;
  }
}

/** Somebody reads as many old pages as all others together, each once. */
function* crawled() {
  let page = ELSEWHERE;
  for (const id of ranks(REQUESTS, 1)) {
    yield id;
    yield (page += 1);
  }
}

/** Ten times other ids become the popular ones. */
function* shifting() {
  let request = 0;
  for (const rank of ranks(REQUESTS, 1)) {
    const era = Math.floor((request += 1) / (REQUESTS / 10));
    yield (rank + era * 7919) % IDS;
  }
}

function* loop(length, count) {
  for (let request = 0; request < count; request += 1) yield 2 * ELSEWHERE + (request % length);
}

/** A day of readers, a night of a job that goes over the same rows again and again. */
function* alternating() {
  const part = Math.round(REQUESTS / 10);
  for (let day = 0; day < 5; day += 1) {
    yield* ranks(part, day + 1);
    yield* loop(CAPACITY * 2, part);
  }
}

class Kept {
  constructor(capacity) {
    this.cache = new S3Fifo(capacity, () => undefined);
  }

  request(id) {
    if (this.cache.get(id) !== undefined) return true;
    this.cache.set(id, id, 1);
    return false;
  }
}

/** Least recently used first: a Map keeps the order in which keys were put. */
class Order {
  keys = new Map();

  get size() {
    return this.keys.size;
  }

  has(id) {
    return this.keys.has(id);
  }

  delete(id) {
    return this.keys.delete(id);
  }

  put(id) {
    this.keys.delete(id);
    this.keys.set(id, true);
  }

  shift() {
    const [id] = this.keys.keys();
    this.keys.delete(id);
    return id;
  }
}

class Lru {
  order = new Order();

  constructor(capacity) {
    this.capacity = capacity;
  }

  request(id) {
    const hit = this.order.has(id);
    this.order.put(id);
    if (this.order.size > this.capacity) this.order.shift();
    return hit;
  }
}

/** Segmented LRU: who is hit while on probation is protected, in 80 % of the room. */
class Slru {
  probation = new Order();
  protected = new Order();

  constructor(capacity) {
    this.capacity = capacity;
    this.most = Math.max(1, Math.floor(capacity * 0.8));
  }

  request(id) {
    if (this.protected.has(id)) this.protected.put(id);
    else if (this.probation.delete(id)) this.protect(id);
    else {
      this.probation.put(id);
      if (this.probation.size + this.protected.size > this.capacity) this.probation.shift();
      return false;
    }
    return true;
  }

  protect(id) {
    this.protected.put(id);
    if (this.protected.size > this.most) this.probation.put(this.protected.shift());
  }
}

/** 2Q, VLDB '94: in (25 %), out (ids alone, 50 %), main. */
class TwoQueues {
  fresh = new Order();
  out = new Order();
  main = new Order();

  constructor(capacity) {
    this.capacity = capacity;
    this.freshMost = Math.max(1, Math.floor(capacity * 0.25));
    this.outMost = Math.max(1, Math.floor(capacity * 0.5));
  }

  request(id) {
    if (this.main.has(id)) {
      this.main.put(id);
      return true;
    }
    if (this.fresh.has(id)) return true;
    const known = this.out.delete(id);
    this.makeRoom();
    (known ? this.main : this.fresh).put(id);
    return false;
  }

  makeRoom() {
    if (this.fresh.size + this.main.size < this.capacity) return;
    if (this.fresh.size > this.freshMost || this.main.size === 0) {
      this.out.put(this.fresh.shift());
      if (this.out.size > this.outMost) this.out.shift();
    } else this.main.shift();
  }
}

/** Adaptive replacement cache, FAST '03. */
class Arc {
  once = new Order();
  often = new Order();
  onceGhosts = new Order();
  oftenGhosts = new Order();
  target = 0;

  constructor(capacity) {
    this.capacity = capacity;
  }

  request(id) {
    if (this.once.delete(id) || this.often.has(id)) {
      this.often.put(id);
      return true;
    }
    if (this.onceGhosts.has(id)) {
      const step = Math.max(1, this.oftenGhosts.size / this.onceGhosts.size);
      this.target = Math.min(this.capacity, this.target + step);
      this.replace(false);
      this.onceGhosts.delete(id);
      this.often.put(id);
    } else if (this.oftenGhosts.has(id)) {
      const step = Math.max(1, this.onceGhosts.size / this.oftenGhosts.size);
      this.target = Math.max(0, this.target - step);
      this.replace(true);
      this.oftenGhosts.delete(id);
      this.often.put(id);
    } else this.admit(id);
    return false;
  }

  admit(id) {
    const seenOnce = this.once.size + this.onceGhosts.size;
    const all = seenOnce + this.often.size + this.oftenGhosts.size;
    if (seenOnce >= this.capacity) {
      if (this.once.size < this.capacity) {
        this.onceGhosts.shift();
        this.replace(false);
      } else this.once.shift();
    } else if (all >= this.capacity) {
      if (all >= 2 * this.capacity) this.oftenGhosts.shift();
      this.replace(false);
    }
    this.once.put(id);
  }

  replace(wasOften) {
    if (this.once.size + this.often.size < this.capacity) return;
    const over = this.once.size > this.target || (wasOften && this.once.size === Math.floor(this.target));
    if (this.once.size > 0 && (over || this.often.size === 0)) this.onceGhosts.put(this.once.shift());
    else this.oftenGhosts.put(this.often.shift());
  }
}

/** W-TinyLFU, ACM ToS '17: a window of 1 %, then an SLRU that takes who was asked for more often than its victim. */
class WindowTinyLfu {
  window = new Order();

  constructor(capacity) {
    this.windowMost = Math.max(1, Math.round(capacity * 0.01));
    this.mainMost = capacity - this.windowMost;
    this.main = new Slru(this.mainMost);
    this.sketch = new Frequencies(capacity);
  }

  request(id) {
    this.sketch.add(id);
    if (this.window.has(id)) {
      this.window.put(id);
      return true;
    }
    if (this.main.protected.has(id) || this.main.probation.has(id)) return this.main.request(id);
    this.window.put(id);
    if (this.window.size > this.windowMost) this.contend(this.window.shift());
    return false;
  }

  contend(candidate) {
    const { probation, protected: kept } = this.main;
    if (probation.size + kept.size < this.mainMost) return probation.put(candidate);
    const from = probation.size > 0 ? probation : kept;
    const [victim] = from.keys.keys();
    if (this.sketch.of(candidate) <= this.sketch.of(victim)) return;
    from.shift();
    probation.put(candidate);
  }
}

/** Count-min of 4 rows, up to 15, halved every 10 × capacity requests. */
class Frequencies {
  requests = 0;

  constructor(capacity) {
    this.width = 2 ** Math.ceil(Math.log2(capacity * 4));
    this.counts = new Uint8Array(4 * this.width);
    this.halveAt = capacity * 10;
  }

  *cells(id) {
    for (let row = 0; row < 4; row += 1) {
      let hash = Math.imul((id ^ (id / 65536)) + row * 0x9e3779b1, 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      yield row * this.width + ((hash ^ (hash >>> 16)) & (this.width - 1));
    }
  }

  of(id) {
    let least = 15;
    for (const cell of this.cells(id)) least = Math.min(least, this.counts[cell]);
    return least;
  }

  add(id) {
    const least = this.of(id);
    for (const cell of this.cells(id)) if (this.counts[cell] === least && least < 15) this.counts[cell] += 1;
    this.requests += 1;
    if (this.requests < this.halveAt) return;
    this.requests >>= 1;
    for (let cell = 0; cell < this.counts.length; cell += 1) this.counts[cell] >>= 1;
  }
}

/** SIEVE, NSDI '24: one queue that is never reordered, a hand that spares who was hit since it came by. */
class Sieve {
  nodes = new Map();
  hand = undefined;
  newest = undefined;
  oldest = undefined;

  constructor(capacity) {
    this.capacity = capacity;
  }

  request(id) {
    const node = this.nodes.get(id);
    if (node) return (node.visited = true);
    if (this.nodes.size >= this.capacity) this.evict();
    const added = { id, visited: false, older: this.newest, newer: undefined };
    if (this.newest) this.newest.newer = added;
    else this.oldest = added;
    this.newest = added;
    this.nodes.set(id, added);
    return false;
  }

  evict() {
    let node = this.hand ?? this.oldest;
    while (node.visited) {
      node.visited = false;
      node = node.newer ?? this.oldest;
    }
    this.hand = node.newer;
    if (node.older) node.older.newer = node.newer;
    else this.oldest = node.newer;
    if (node.newer) node.newer.older = node.older;
    else this.newest = node.older;
    this.nodes.delete(node.id);
  }
}

main();
