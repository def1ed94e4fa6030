import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { eventually, type RunningProcess } from '@storey/testing';
import { Client } from '../support/client.js';
import { newSubject } from '../support/commenting.js';
import { pages, walk } from '../support/pages.js';
import { Product } from '../support/product.js';
import { expectReconciled } from '../support/reconciled.js';
import { onlyOn } from '../support/topology/topology.js';
import { Dice } from './chaos/dice.js';
import { amount, seed, tell } from './chaos/proof.js';

const WITHOUT_JOB = fileURLToPath(new URL('./without-job.mjs', import.meta.url));
const ROUNDS = amount('PROVE_STOPS', 1);
const ROUND_MS = 240_000;
const SUBJECTS = 6;
const POSTS = 5;
const MOST_TALKS = 12;
/** A session of the group, the silence of a transaction's connection, and the batches that come again. */
const TAKEN_OVER = { timeoutMs: 90_000, everyMs: 250 };

const isStopped = ({ pid }: RunningProcess): boolean =>
  execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');

interface Root {
  readonly id: string;
  answers: number;
}

/** Subjects on many partitions, an author who answers himself, and another who answers what he can see. */
class Talk {
  readonly subjects = Array.from({ length: SUBJECTS }, newSubject);
  readonly roots = new Map<string, Root[]>(this.subjects.map((subject) => [subject, []]));
  told = 0;

  constructor(
    readonly product: Product,
    readonly author: Client,
    readonly other: Client,
  ) {}

  /** More roots under each subject, and to each an answer at once: only its author sees it before it is applied. */
  async go(): Promise<void> {
    await Promise.all(
      [...this.roots].map(async ([subject, roots]) => {
        for (let n = 0; n < POSTS; n += 1) {
          const id = await this.#post(this.author, subject, `root ${roots.length}`);
          await this.#post(this.author, subject, `an answer to ${id}`, id);
          roots.push({ id, answers: 1 });
        }
      }),
    );
  }

  /** The other answers the first root of each subject, which is applied. */
  async answer(): Promise<void> {
    await Promise.all(
      [...this.roots].map(async ([subject, [first]]) => {
        if (!first) throw new Error('nobody has spoken yet');
        first.answers += 1;
        this.told += 1;
        await this.#post(this.other, subject, `answer ${first.answers} to ${first.id}`, first.id);
      }),
    );
  }

  /** Everything was applied, once and in its order. */
  async isApplied(): Promise<void> {
    for (const [subject, roots] of this.roots) {
      await eventually(async () => {
        const all = await walk(this.other, `${subject}/comments`, { query: { sort: 'old' } });
        expect(all.map(({ id, floor, replyCount }) => [id, floor, replyCount])).toEqual(
          roots.map(({ id, answers }, n) => [id, n + 1, answers]),
        );
        const { counts } = (await this.other.get(`${subject}/counts`)).body;
        const answers = roots.reduce((sum, root) => sum + root.answers, 0);
        expect(counts).toEqual({ roots: roots.length, all: roots.length + answers });
      }, TAKEN_OVER);
    }
  }

  /** Every answer of the other was told of once. */
  async isToldOf(): Promise<void> {
    await eventually(async () => {
      let told = 0;
      for await (const page of pages(this.author, '/web/v1/notifications')) told += page.notifications.length;
      expect(told).toBe(this.told);
    }, TAKEN_OVER);
  }

  async #post(by: Client, subject: string, text: string, parentId?: string): Promise<string> {
    const { status, body, text: said } = await by.accept(`${subject}/comments`, { text, parentId });
    expect([status, said]).toEqual([202, expect.any(String)]);
    return String(body.comment.id);
  }
}

/** Stops the writer at the `nth` pass of a point, has another take over, lets the first go on and then be alone. */
async function stopAt(point: string, nth: number): Promise<void> {
  await using product = await Product.start({ LIMITS: 'off' }, WITHOUT_JOB);
  const stale = await product.beside('comment-job', { KILL_AT: `${point}:${nth}:stop` });
  const [author, other] = [new Client(() => product.url), new Client(() => product.url)];
  const talk = new Talk(product, await author.register(), await other.register());
  // How much goes into one batch is for the machine to say.
  for (let n = 0; n < MOST_TALKS && !isStopped(stale); n += 1) await talk.go();
  await eventually(() => expect(isStopped(stale)).toBe(true), TAKEN_OVER);

  const heir = await product.beside('comment-job');
  await talk.go();
  await talk.isApplied();
  stale.signal('SIGCONT');
  await Promise.all([talk.go(), talk.answer()]);
  await talk.isApplied();

  await heir.kill();
  await Promise.all([talk.go(), talk.answer()]);
  await talk.isApplied();
  await talk.isToldOf();
  await product.stop();
  await expectReconciled(product);
  await stale.kill('SIGTERM');
}

/*
 * In the middle of a transaction it holds locks until the server ends its connection; between the commit and the offset the
 * other gets again what was applied; between sending and marking the other sends it again.
 */
onlyOn(['stores'], 'two writers need servers that both can reach').it.each([
  ['job.tx'],
  ['job.committed'],
  ['relay.sent'],
])(
  'a writer that is stopped at %s for longer than its session, while another takes over, loses and doubles nothing when it goes on',
  async (point) => {
    const chosen = seed();
    const dice = new Dice(chosen);
    for (let round = 1; round <= ROUNDS; round += 1) await stopAt(point, dice.between(1, 4));
    tell(`writer stopped at ${point}`, { seed: chosen, rounds: ROUNDS, lost: 0, doubled: 0 });
  },
  ROUNDS * ROUND_MS,
);
