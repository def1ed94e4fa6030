import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { commentMigrations, findCommentFaults, type CommentDb } from '@storey/comment';
import { openSql } from '@storey/sql';
import { Ledger } from '@storey/testing';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { Crowd } from './chaos/crowd.js';
import { Dice } from './chaos/dice.js';
import { Killer, type Plan } from './chaos/killer.js';
import { amount, seed, tell } from './chaos/proof.js';
import { quiet } from './chaos/quiet.js';

const VISITORS = 8;
/** The load goes on over the last start, too. */
const AFTERWARDS_MS = 1500;
const SUBJECTS = ['video/one', 'video/two', 'article/three', 'video/four'];

/** Before the commit of a batch: it is applied when it comes again. After it: it comes again all the same. */
const UNCOMMITTED = ['job.content', 'job.tx'];
const COMMITTED = ['job.committed', 'job.batch'];
/** With how often each is passed in a few seconds of this load, about. */
const PORT_POINTS = [
  ['events.append.before-commit', 150],
  ['events.append.after-commit', 150],
  ['events.deliver.before-handle', 150],
  ['events.deliver.before-commit', 150],
  ['kv.journal.before-write', 250],
  ['kv.journal.after-write', 250],
  ['relay.claimed', 60],
  ['relay.sent', 60],
  ['relay.marked', 60],
  ['hist.kv', 40],
  ['hjob.upsert', 6],
  ['hjob.committed', 10],
] as const;

/** Three of four deaths in the middle of a batch of the writer. */
const batchPlans = (dice: Dice, kills: number): Plan[] =>
  Array.from({ length: kills }, (_, i) =>
    i % 4 === 3
      ? {}
      : { point: dice.pick(i % 4 === 1 ? UNCOMMITTED : COMMITTED), nth: dice.between(10, 100) },
  );

/** Every point once before any is met again. */
function portPlans(dice: Dice, kills: number): Plan[] {
  const rounds = Array.from({ length: Math.ceil(kills / PORT_POINTS.length) }, () =>
    dice.shuffled(PORT_POINTS),
  );
  return rounds
    .flat()
    .slice(0, kills)
    .map(([point, often]) => ({ point, nth: dice.between(1, often) }));
}

/** A run under load from the first death to the last, and what is left when all has come to rest. */
async function live(name: string, plans: (dice: Dice) => readonly Plan[]): Promise<Killer> {
  const chosen = seed();
  tell(name, { seed: chosen });
  const dice = new Dice(chosen);
  await using product = await Product.start({ LIMITS: 'off', HISTORY_WINDOW_MS: '500' });
  const path = join(product.folder.path, 'ledger.jsonl');
  using ledger = new Ledger(path);
  const crowd = await Crowd.gather({
    url: () => product.url,
    dice,
    ledger,
    path,
    visitors: VISITORS,
    subjects: SUBJECTS,
    name: chosen.toString(36),
  });
  const killer = new Killer(product, dice.split());
  await crowd.during(killer.carryOut(plans(dice.split())));
  await sleep(AFTERWARDS_MS);
  await crowd.goHome();

  using stores = new Stores(product.folder.path);
  await quiet(() => stores);
  await crowd.judge(() => stores);
  await product.stop();
  expect(await writersFaults(product.folder.path)).toEqual([]);
  tell(name, { ...Object.fromEntries(killer.deaths), ...crowd.figures });
  return killer;
}

/** What the product's own examination finds in the tables. */
async function writersFaults(folder: string): Promise<readonly string[]> {
  const sql = await openSql<CommentDb>(`sqlite:${join(folder, 'comment.db')}`, {
    migrations: commentMigrations,
  });
  try {
    return await findCommentFaults(sql);
  } finally {
    await sql.close();
  }
}

/*
 * Proven able to fail. Red after a few deaths each: the writer without its inbox and its look for a comment of the same
 * id (floors), history without the sweeper (progress lost and come back), `accept` that answers before the log has the
 * command (accepted but not stored). The inbox alone taken away stays green: applying twice has no effect of its own.
 */
const inside = 'dies inside of the embedded adapters, and reads their files';
embeddedOnly(inside).describe('what was promised, over deaths of the whole product under load', () => {
  const kills = amount('PROVE_KILLS', 5);
  it(
    'is kept when it dies in the middle of batches of the writer, and at any moment',
    async () => {
      const killer = await live('ledger, batches', (dice) => batchPlans(dice, kills - 1));
      expect(killer.count(/./)).toBe(kills);
      expect(killer.count(/^job\./)).toBeGreaterThanOrEqual(Math.floor(kills / 2));
    },
    90_000 + kills * 10_000,
  );

  const portKills = amount('PROVE_POINT_KILLS', 3);
  it(
    'is kept when it dies inside the log, the kv journal, the outbox and the history path',
    async () => {
      const killer = await live('ledger, ports', (dice) => portPlans(dice, portKills - 1));
      expect(killer.count(/./)).toBe(portKills);
    },
    90_000 + portKills * 10_000,
  );
});
