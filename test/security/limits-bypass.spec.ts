import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, uniqueName } from '../support/client.js';
import { expectProblem, type Answered } from '../support/expect-problem.js';
import { Product } from '../support/product.js';
import { verbatim } from '../support/verbatim.js';

/** The bounds of the contract, exact in any window. */
const ON_A_NAME = 10;
const FROM_AN_ADDRESS = 30;
const REGISTRATIONS = 120;
const POSTS = 20;
/** An attack that outlasts a window may have as much again. */
const WINDOW_MS = { address: 300_000, registrations: 60_000, posts: 10_000 };
const PASSWORD = 'a good password';

let product: Product;
let registered = 0;
const client = (): Client => new Client(() => product.url);
async function register(): Promise<Client> {
  registered += 1;
  return client().register();
}

beforeAll(async () => {
  product = await Product.start({ LIMITS: 'on' });
}, 60_000);
afterAll(() => product[Symbol.asyncDispose]());

/** Another address each time, in all the headers in which some proxy says it. */
function disguise(at: number): Record<string, string> {
  const address = at % 2 === 0 ? `203.0.113.${at % 256}` : `2001:db8::${at.toString(16)}`;
  const names = [
    'X-Forwarded-For',
    'x-real-ip',
    'CF-Connecting-IP',
    'True-Client-IP',
    'X-Client-IP',
    'x-cluster-client-ip',
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, address])),
    forwarded: `for="[${address}]"`,
    'user-agent': `agent-${at}`,
    'x-lane': `lane-${at}`,
  };
}

const windows = (start: number, windowMs: number): number =>
  Math.ceil((performance.now() - start) / windowMs);

const counted = (answers: readonly Answered[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

describe('an attacker who goes around the limits', () => {
  let failures = 0;
  const started = performance.now();

  const tryLogin = async (username: string, at: number, path = '/auth/v1/login'): Promise<Answered> => {
    const answer = await client().post(
      path,
      { username, password: `guess number ${at}` },
      { headers: disguise(at) },
    );
    if (answer.status === 401) failures += 1;
    return answer;
  };

  it('guesses one password, each time from “another” address, by another spelling of path and name', async () => {
    const victim = await register();
    const name = victim.user?.username ?? '';
    const spellings = [name, name.toUpperCase(), name.replace('u', 'U')];
    const paths = ['/auth/v1/login', '/%61uth/v1/login', '/auth/v1/logi%6e', '/auth/v1/login?x=1'];
    const answers: Answered[] = [];
    for (let at = 0; at < ON_A_NAME + 6; at += 1)
      answers.push(await tryLogin(spellings[at % 3] ?? name, at, paths[at % 4]));
    expect(counted(answers.slice(0, ON_A_NAME), 401)).toBe(ON_A_NAME);
    for (const answer of answers.slice(ON_A_NAME)) expectProblem(answer, 429, 'COMMON_RATE_LIMITED');

    const right = await client().post('/auth/v1/login', { username: name, password: PASSWORD });
    expectProblem(right, 429, 'COMMON_RATE_LIMITED');
    for (const path of ['/auth/v1/login/', '/auth/V1/login', '//auth/v1/login', '/auth/v1/login;x'])
      expectProblem(
        await verbatim(product.url, {
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username: name, password: PASSWORD }),
        }),
        404,
      );
    for (const method of ['HEAD', 'OPTIONS', 'GET', 'PUT'])
      expect([404, 405]).toContain((await verbatim(product.url, { method, path: '/auth/v1/login' })).status);
    expect((await victim.get('/auth/v1/me')).status).toBe(200);
  });

  it('guesses forty times at once, and learns of ten', async () => {
    const name = (await register()).user?.username ?? '';
    const before = failures;
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => tryLogin(name, 100 + at)));
    for (let at = 0; at < ON_A_NAME + 1; at += 1) answers.push(await tryLogin(name, 200 + at));
    expect(failures - before).toBe(ON_A_NAME);
    for (const answer of answers) expectProblem(answer, [401, 429, 503, 504]);
    expectProblem(await tryLogin(name, 299), 429, 'COMMON_RATE_LIMITED');
  });

  it('guesses for many names, known and unknown ones, and can’t tell them apart', async () => {
    const known = await register();
    const answers: Answered[] = [];
    const first = failures;
    for (let at = 0; at < 6; at += 1) {
      const name = at % 2 === 0 ? (known.user?.username ?? '') : uniqueName();
      answers.push(await tryLogin(name, 200 + at));
    }
    expect(failures - first).toBe(6);
    const said = answers.map(({ text }) => text.replace(/"traceId":"[^"]*"/, ''));
    expect(new Set(said).size).toBe(1);

    let last = answers.at(-1);
    for (let at = 300; last?.status === 401; at += 1) last = await tryLogin(uniqueName(), at);
    expect(last?.status).toBe(429);
    expect(failures).toBeGreaterThanOrEqual(FROM_AN_ADDRESS);
    expect(failures).toBeLessThanOrEqual(FROM_AN_ADDRESS * windows(started, WINDOW_MS.address));
    const other = await client().post('/auth/v1/login', {
      username: 'root',
      password: 'correct horse battery',
    });
    expectProblem(other, 429, 'COMMON_RATE_LIMITED');
  });

  it('posts faster than a person: other keys, other subjects and other headers are the same person', async () => {
    const person = await register();
    const bystander = await register();
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 2 * POSTS }, (_, at) =>
        person.post(
          `/web/v1/subjects/video/${at % 2 === 0 ? 'flood' : 'fl%6Fod'}-${at}/comments`,
          { text: `flood ${at}` },
          { headers: { ...disguise(at), 'idempotency-key': `key-${at}` } },
        ),
      ),
    );
    expect(counted(answers, 202)).toBeGreaterThanOrEqual(POSTS);
    expect(counted(answers, 202)).toBeLessThanOrEqual(POSTS * windows(begun, WINDOW_MS.posts));
    expect(counted(answers, 202) + counted(answers, 429)).toBe(answers.length);
    for (const answer of answers.filter(({ status }) => status === 429))
      expectProblem(answer, 429, 'COMMON_RATE_LIMITED');
    const theirs = await bystander.post('/web/v1/subjects/video/flood-0/comments', { text: 'not mine' });
    expect(theirs.status).toBe(202);
  });

  it('registers in a flood from “many” addresses', async () => {
    const taken = (await register()).user?.username ?? '';
    const answers: Answered[] = [];
    const flood = (at: number): Promise<Answered> =>
      client().post('/auth/v1/register', { username: taken, password: PASSWORD }, { headers: disguise(at) });
    for (let at = 0; at < 2 * REGISTRATIONS; at += 20)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, (_, more) => flood(at + more)))));
    const passed = counted(answers, 409) + registered;
    expect(passed).toBeGreaterThanOrEqual(REGISTRATIONS);
    expect(passed).toBeLessThanOrEqual(REGISTRATIONS * windows(started, WINDOW_MS.registrations));
    for (const answer of answers.filter(({ status }) => status !== 409))
      expectProblem(answer, 429, 'COMMON_RATE_LIMITED');
  });
});
