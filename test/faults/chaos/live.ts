import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { commentMigrations, findCommentFaults, type CommentDb } from '@storey/comment';
import { openSql } from '@storey/sql';
import { Ledger } from '@storey/testing';
import { Product } from '../../support/product.js';
import { expectReconciled } from '../../support/reconciled.js';
import { Stores } from '../../support/stores.js';
import { Crowd } from './crowd.js';
import { Dice } from './dice.js';
import { Killer, type Plan } from './killer.js';
import { seed, tell } from './proof.js';
import { quiet } from './quiet.js';

const VISITORS = 8;
/** The load goes on over the last start, too. */
const AFTERWARDS_MS = 1500;
const SUBJECTS = ['video/one', 'video/two', 'article/three', 'video/four'];

/** The embedded product under load from the first death to the last, judged when all has come to rest. */
export async function live(name: string, plans: (dice: Dice) => readonly Plan[]): Promise<Killer> {
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
  await expectReconciled(product);
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
