import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { measureApart } from './apart.mjs';
import { Cursors } from './cursors.mjs';
import {
  ROUNDS,
  SECONDS,
  atRate,
  figure,
  inParallel,
  measureInRounds,
  median,
  report,
  rounded,
  rowOf,
  runInFolder,
  rssMib,
  startProduct,
} from './measure.mjs';
import { prepare } from './prepare.mjs';
import { loadsOfStampede } from './stampede.mjs';

/**
 * `npm run bench -- reading`: comment pages. BENCH_BIG comments (a million) stand under the large subject; its page is
 * that of the peers: the newest 20 roots with their first replies.
 */
const BIG = Number(process.env.BENCH_BIG ?? 1_000_000);
const PAGE = 20;
const DEEP_PAGE = 5000;
/** Cold pages that are read near the top, and as many far down; so far apart that none brings the next one's chunk along. */
const COLD_PAGES = 25;
const APART = 25;
/** Pages of the walk through everything, and how many are asked for at once. */
const LARGE_PAGE = 50;
const WALKERS = 8;
const TRIES = 10;
const READERS = 1000;
const SUBJECTS = [
  { oid: 'thousand', comments: 1000 },
  { oid: 'busy', comments: 1000 },
  { oid: 'cold', comments: 1000 },
  { oid: 'big', comments: BIG },
];

async function main(folder) {
  console.log(`Filling a subject with ${BIG} comments …`);
  const began = performance.now();
  const { readers, writer, subjects } = await prepare(folder, SUBJECTS);
  console.log(`… took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
  const cursors = new Cursors(readFileSync(join(folder, 'secrets', 'cursor'), 'utf8'));
  const pages = new Pages(subjects.get('big').roots, cursors);

  const fresh = await startsAndFirstPages(folder, pages);
  const product = await startProduct(folder);
  const stampede = await coldStampede(product, pages);
  const cold = await coldNearAndFar(product, pages);
  const measured = await measureInRounds(await targets(product, pages, { readers, writer }));
  const memory = await memoryOfReading(product, pages);
  await product.stop();
  const apart = await measureApart();

  report('reading', {
    title: `${BIG} comments under the large subject, ${ROUNDS} rounds of ${SECONDS} s, medians`,
    rows: Object.entries({ ...measured, ...apart.measured }).map(([what, of]) => rowOf(what, of)),
    figures: [...figuresOf(measured), ...fresh, ...stampede, ...cold, ...memory, ...apart.figures],
    notices: [`Beside the pages ${posts.accepted} of ${posts.sent} posts were accepted.`, ...apart.notices],
  });
}

/** What is measured in rounds, by name. */
const P1 = 'page of 1,000 comments';
const LARGE = 'page 1 of the large subject';
const DEEP = 'page far down in it';
const SIGNED_IN = 'page of 1,000, signed in, each connection a viewer';
const ONE_VIEWER = 'page of 1,000, signed in, one viewer';
const RATES = [10, 100];
const beside = (rate) => `page beside ${rate} posts/s`;

/** Addresses of the pages that are read. */
class Pages {
  constructor(roots, cursors) {
    this.roots = roots;
    this.cursors = cursors;
    this.deepest = Math.min(DEEP_PAGE, Math.floor(roots / PAGE));
  }

  first(url, oid) {
    return `${url}/web/v1/subjects/video/${oid}/comments?sort=new`;
  }

  /** Of the large subject. @param number from 1. */
  at(url, number, limit = PAGE) {
    const floor = this.roots - (number - 1) * limit + 1;
    const cursor = this.cursors.belowFloor('subjects/video/big/comments?sort=new', floor);
    return `${this.first(url, 'big')}&limit=${limit}&cursor=${cursor}`;
  }
}

/** Who reads has not just written: what lies over his pages is measured apart. */
async function targets(product, pages, { readers, writer }) {
  const { url, pid } = product;
  const signedIn = (token) => ({ authorization: `Bearer ${token}` });
  const thousand = await page(pages.first(url, 'thousand'));
  const busy = await page(pages.first(url, 'busy'));
  const deep = await page(pages.at(url, pages.deepest));
  const expected = pages.roots - (pages.deepest - 1) * PAGE;
  if (deep.floor !== expected) throw new Error(`The deep page begins at ${deep.floor}, not ${expected}.`);
  const posting = (perSecond) => ({
    ...busy,
    around: (measuring) => atRate(perSecond, () => post(url, writer), measuring),
  });
  const all = {
    [P1]: thousand,
    [LARGE]: await page(pages.first(url, 'big')),
    [DEEP]: deep,
    [SIGNED_IN]: { ...thousand, setupClient: eachItsOwn(readers.map(signedIn)) },
    [ONE_VIEWER]: { ...thousand, headers: signedIn(readers[0]) },
    ...Object.fromEntries(RATES.map((rate) => [beside(rate), posting(rate)])),
  };
  return Object.fromEntries(Object.entries(all).map(([name, of]) => [name, { ...of, pids: [pid] }]));
}

/** Deals headers out to connections. */
function eachItsOwn(headers) {
  let dealt = 0;
  return (client) => client.setHeaders(headers[dealt++ % headers.length]);
}

async function page(url) {
  const body = await (await fetch(url)).text();
  const { comments } = JSON.parse(body);
  if (comments?.length !== PAGE) throw new Error(`${url} answered no page of ${PAGE}: ${body.slice(0, 300)}`);
  return { url, body, floor: comments[0].floor };
}

/** A page is read as fast as it is answered, so a post may well be late: what became of them is told. */
const posts = { sent: 0, accepted: 0 };

async function post(url, token) {
  posts.sent += 1;
  const answer = await fetch(`${url}/web/v1/subjects/video/busy/comments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: `Post ${posts.sent} of ${process.pid}, while others read.` }),
  });
  await answer.arrayBuffer();
  if (answer.ok) posts.accepted += 1;
}

function figuresOf(measured) {
  const ratio = (name) => measured[name].ratio;
  const [slow, fast] = RATES.map((rate) => ratio(beside(rate)));
  return [
    figure('P1', 'warm page of 1,000, to bare Fastify', ratio(P1), { must: 0.45, aim: 0.8 }),
    figure('P2', 'large subject, to P1', ratio(LARGE) / ratio(P1), { must: 0.9, aim: 0.98 }),
    figure('P2', 'page far down, to page 1', ratio(DEEP) / ratio(LARGE), { must: 0.7, aim: 0.9 }),
    figure('P4', 'signed in, each connection a viewer', ratio(SIGNED_IN), { must: 0.2, aim: 0.45 }),
    figure('P4', 'signed in, one viewer', ratio(ONE_VIEWER), { must: 0.2, aim: 0.45 }),
    figure('P6', `${beside(RATES[0])}, to it alone`, slow, { must: 0.8, aim: 0.95 }),
    figure('P6', `${beside(RATES[1])}, to it alone`, fast, { must: 0.6, aim: 0.85 }),
  ];
}

/** Each start is a new process, whose first page nobody has read before. */
async function startsAndFirstPages(folder, pages) {
  const [starts, idle, first] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const product = await startProduct(folder);
    starts.push(product.startMs / 1000);
    await sleep(2000);
    idle.push(rssMib(product.pid));
    first.push(await millisecondsOf(() => page(pages.first(product.url, 'big'))));
    await product.stop();
  }
  const atMost = true;
  return [
    figure('P12', 'process start to ready, s', median(starts), { must: 2.5, aim: 1, atMost }),
    figure('P12', 'idle memory, MiB', median(idle), { must: 260, aim: 150, atMost }),
    figure('P3', 'first page after a restart, ms', median(first), { must: 30, aim: 10, atMost }),
  ];
}

async function millisecondsOf(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** All at once at a page that nobody has read; and, where loads can be counted, at one cold key of libs/cache. */
async function coldStampede({ url }, pages) {
  const crowd = { url: pages.first(url, 'cold'), connections: READERS, amount: READERS, timeout: 30 };
  const result = await autocannon(crowd);
  const bad = READERS - result['2xx'];
  const alone = await loadsOfStampede({ readers: READERS, processes: 1 });
  const many = await loadsOfStampede({ readers: 10 * READERS, processes: 1 });
  const cluster = await loadsOfStampede({ readers: READERS, processes: 2 });
  const atMost = true;
  return [
    figure('P10', `${READERS} readers of a cold page: refused`, bad, { must: 0, aim: 0, atMost }),
    figure('P10', `${READERS} readers of a cold key: loads`, alone, { must: 1, aim: 1, atMost }),
    figure('P10', `${10 * READERS} readers: loads`, many, { must: 1, aim: 1, atMost }),
    figure('P10', `${READERS} readers, two processes: loads`, cluster, { must: 2, aim: 1, atMost }),
  ];
}

/** Pages that nobody has read yet, by turns near the top of the large subject and far down in it. */
async function coldNearAndFar({ url }, pages) {
  const [near, far] = [[], []];
  for (let n = 1; n <= Math.min(COLD_PAGES, Math.floor(pages.deepest / APART / 2)); n += 1) {
    near.push(await millisecondsOf(() => page(pages.at(url, n * APART))));
    far.push(await millisecondsOf(() => page(pages.at(url, pages.deepest - n * APART))));
  }
  console.log(`Cold pages: ${rounded(median(near))} ms near the top, ${rounded(median(far))} ms far down.`);
  const ratio = median(far) / median(near);
  return [
    figure('P2', 'cold page far down, to one near the top', ratio, { must: 1.3, aim: 1.1, atMost: true }),
  ];
}

/** Every page of the large subject once: what the process keeps must not grow with what was read. */
async function memoryOfReading({ url, pid }, pages) {
  const numbers = Array.from({ length: Math.floor(pages.roots / LARGE_PAGE) }, (_, n) => n + 1);
  const quarter = numbers.splice(0, Math.floor(numbers.length / 4));
  const read = (number) => untilAnswered(pages.at(url, number, LARGE_PAGE));
  await inParallel(quarter, WALKERS, read);
  const afterQuarter = rssMib(pid);
  await inParallel(numbers, WALKERS, read);
  const afterAll = rssMib(pid);
  console.log(
    `Memory: ${rounded(afterQuarter)} MiB after a quarter, ${rounded(afterAll)} MiB after all pages.`,
  );
  const atMost = true;
  return [
    figure('P12', 'memory after all pages, to that after a quarter', afterAll / afterQuarter, {
      must: 1.15,
      aim: 1.05,
      atMost,
    }),
  ];
}

/** Beside other work a cold page may be late, which says nothing about memory. */
async function untilAnswered(url) {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    if (answer.ok) return;
    if (tries === TRIES || answer.status < 500) throw new Error(`${url}: ${answer.status}`);
  }
}

await runInFolder(main);
