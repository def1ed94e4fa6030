import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Message } from '@storey/events';
import { Ledger, eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Client } from '../support/client.js';
import { APPS, Containers } from '../support/containers.js';
import { ServerStores } from '../support/server-stores.js';
import { expectReconciled } from '../support/reconciled.js';
import { OnCompose } from '../support/topology/on-compose.js';
import { RESTART_MS, onlyOn } from '../support/topology/topology.js';
import { Crowd, signInAgain } from './chaos/crowd.js';
import { Dice } from './chaos/dice.js';
import { probe, type Probed } from './chaos/probe.js';
import { amount, seed, tell } from './chaos/proof.js';
import { quiet } from './chaos/quiet.js';

/** `npm run test:e2e:compose` and `npm run prove` say where the product runs; without it there is nothing to stop. */
const { COMPOSE_PROJECT_NAME = '', COMPOSE_URL = '', COMPOSE_MYSQL = '', COMPOSE_BROKER = '' } = process.env;
const onCompose = onlyOn(['compose'], 'stops and kills containers').describe;

const VISITORS = 4;
/** Two processors carry some twenty processes and four stores: what is to be seen is an outage, not an overload. */
const PACE_MS = 120;
const OUTAGE_MS = amount('PROVE_OUTAGE_MS', 15_000);
/** How long an app is watched while nobody asks anything. */
const REST_S = amount('PROVE_REST_S', 10);
/** A minute; who spins takes 60. A slow machine is given more room than the proof. */
const REST_CPU_S = amount('PROVE_REST_CPU_S', 3);
const ROUNDS = amount('PROVE_ROUNDS', 1);
/** Who follows the log, and counts its timers. */
const FOLLOWERS = ['account-service', 'comment-service', 'comment-job', 'history-service', 'history-job'];
/** Long enough for the next instance to be back before another app loses one. */
const CRASHES_APART_MS = 6000;

/** What may be answered while a store is away: 200 and 202 always, and besides them. */
const ALLOWED = {
  // Without state nothing new can be kept safely; what is there is still read.
  redis: { read: [], history: [503], report: [503], post: [503], search: [] },
  // Caches are only faster; so much so that a small machine may be late without them.
  'redis-cache': { read: [504], history: [], report: [], post: [], search: [504] },
  // A report waits in state, a comment in the database.
  kafka: { read: [], history: [], report: [], post: [], search: [] },
  elasticsearch: { read: [], history: [], report: [], post: [], search: [503] },
  // A known page is shown as it was, and a post to it judged by that; what is watched or said is kept by state and log.
  mysql: { read: [], history: [], report: [], post: [], search: [503, 504] },
} as const;

interface Look {
  readonly cpuS: number;
  readonly timers: number;
  /** Monotonic ms. */
  readonly at: number;
}

onCompose('what was promised, over outages of every part in containers of their own', () => {
  const containers = new Containers(COMPOSE_PROJECT_NAME);
  let folder: TemporaryFolder;
  let ledger: Ledger;
  const url = (): string => COMPOSE_URL;
  let crowd: Crowd;
  let stores: ServerStores;
  let reader: Client;
  let writer: Client;
  let staff: Client;
  let known: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    const path = join(folder.path, 'ledger.jsonl');
    ledger = new Ledger(path);
    const chosen = seed();
    tell('outages', { seed: chosen });
    const name = chosen.toString(36);
    const password = await containers.output('account-service', 'cat', '/run/storey/secrets/mysql');
    stores = await ServerStores.open({
      mysql: `mysql://storey:${encodeURIComponent(password)}@${COMPOSE_MYSQL}`,
      databases: { account: 'storey_account', comment: 'storey_comment', history: 'storey_history' },
      broker: COMPOSE_BROKER,
    });
    reader = new Client(url);
    writer = await new Client(url).register();
    staff = await new Client(url).login('root', 'correct horse battery');
    known = `/web/v1/subjects/outage/${name}/comments`;
    await writer.post(known, { text: 'known to every cache' });
    crowd = await Crowd.gather({
      url,
      dice: new Dice(chosen),
      ledger,
      path,
      visitors: VISITORS,
      paceMs: PACE_MS,
      subjects: ['one', 'two', 'three'].map((oid) => `outage/${name}-${oid}`),
      name,
    });
    await crowd.during(sleep(3000));
  }, 120_000);

  afterAll(async () => {
    await stores[Symbol.asyncDispose]();
    ledger[Symbol.dispose]();
    folder.remove();
  });

  /** Three rounds of long outages take longer than a token lives. */
  const allSignInAgain = async (): Promise<void> => {
    await Promise.all([signInAgain(writer), signInAgain(staff), crowd.signInAgain()]);
  };

  let posted = 0;
  const probed = (store: keyof typeof ALLOWED): readonly Probed[] => {
    const also = ALLOWED[store];
    return [
      { name: 'page', send: () => reader.get(known), may: [200, ...also.read] },
      { name: 'history', send: () => writer.get('/web/v1/history'), may: [200, ...also.history] },
      {
        name: 'report',
        send: () => writer.put('/web/v1/history/video/outage', { progress: (posted += 1) }),
        may: [200, 202, 204, ...also.report],
      },
      {
        name: 'post',
        send: () => writer.post(known, { text: `said in an outage, ${(posted += 1)}` }),
        may: [202, ...also.post],
      },
      {
        name: 'search',
        send: () => staff.get('/admin/v1/comments?q=known'),
        may: [200, ...also.search],
      },
    ];
  };

  it.each(Object.keys(ALLOWED) as (keyof typeof ALLOWED)[])(
    'while %s is away every answer is one of those that were promised, in time, and afterwards all is well',
    async (store) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await allSignInAgain();
        await containers.stop(store);
        const { faults, answers } = await crowd.during(
          probe(probed(store), AbortSignal.timeout(OUTAGE_MS)).finally(() => containers.start(store)),
        );
        tell(`outages, without ${store}`, answers);
        expect(faults).toEqual([]);
        await crowd.during(containers.healthy());
      }
    },
    ROUNDS * (OUTAGE_MS + 150_000),
  );

  it(
    'every app comes back after kill -9 while people go on',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await allSignInAgain();
        for (const app of APPS) {
          await containers.crash(app);
          await crowd.during(sleep(CRASHES_APART_MS));
        }
        await crowd.during(containers.healthy());
      }
      await allSignInAgain();
    },
    ROUNDS * APPS.length * 60_000,
  );

  it('nothing that was acknowledged is lost or there twice, counts equal rows, and the log is empty within 60 s', async () => {
    await crowd.goHome();
    await quiet(() => stores.read(), { timeoutMs: 60_000 });
    await crowd.judge(() => stores.read());
    tell('outages', crowd.figures);
  }, 240_000);

  it(
    'npm run reconcile finds that nothing that is kept twice differs',
    async () => {
      const host = new OnCompose();
      await expectReconciled({ run: (name, ...args) => host.run(name, args) });
    },
    RESTART_MS,
  );

  it('a message that is no command lies among the dead letters with its cause, and the partition goes on', async () => {
    const topic = 'comment.commands.v1';
    const key = `outage:${known}`;
    await stores.log.append(topic, [{ key, value: Buffer.from('{"this is": "no protobuf"}') }]);
    await eventually(
      async () => {
        const dead = await deadLetters(topic);
        expect(dead.map(({ headers }) => headers['dead-cause'])).toEqual([expect.stringMatching(/./)]);
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
    const { status, body } = await writer.post(known, { text: 'after the dead letter' });
    expect(status).toBe(202);
    await eventually(
      async () => expect((await reader.get(`/web/v1/comments/${body.comment.id}`)).status).toBe(200),
      { timeoutMs: 10_000 },
    );
  }, 60_000);

  it('apps at rest wake for nothing', async () => {
    await sleep(30_000); // until all is at rest
    const look = async (app: string): Promise<Look> => ({
      cpuS: await containers.cpuSeconds(app),
      timers: await containers.timersRun(app),
      at: performance.now(),
    });
    const before = new Map<string, Look>();
    for (const app of FOLLOWERS) before.set(app, await look(app));
    await sleep(REST_S * 1000);
    for (const [app, then] of before) {
      const now = await look(app);
      const seconds = (now.at - then.at) / 1000;
      const [perMinute, perSecond] = [
        ((now.cpuS - then.cpuS) / seconds) * 60,
        (now.timers - then.timers) / seconds,
      ];
      tell(`at rest, ${app}`, { 'cpu s/min': perMinute.toFixed(2), 'timers/s': perSecond.toFixed(1) });
      expect(perMinute).toBeLessThanOrEqual(REST_CPU_S);
      expect(perSecond).toBeLessThanOrEqual(20);
    }
  }, 120_000);

  async function deadLetters(topic: string): Promise<readonly Message[]> {
    const ends = await stores.log.endOffsets(`${topic}.dead`);
    const read = ends.map((_end, partition) => stores.log.read(`${topic}.dead`, partition, 0n, 100));
    return (await Promise.all(read)).flat();
  }
});
