import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger, type Outcome } from '@storey/testing';
import { type Client } from '../../support/client.js';
import { attempt, type Settled } from './attempt.js';
import { type Dice } from './dice.js';
import { Viewing } from './viewing.js';
import { type Post, type Promised, type Reaction } from './promises.js';

export interface VisitorOptions {
  readonly client: Client;
  readonly dice: Dice;
  readonly promised: Promised;
  readonly ledger: Ledger;
  /** Distinguishes this visitor's keys from all others'. */
  readonly name: string;
  readonly subjects: readonly string[];
  /** Between two deeds, ms, at most. Default 5. */
  readonly paceMs?: number;
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Younger posts are edited, answered and liked; far within the edit window. */
const RECENT = 150;
const WORDS = ['good', '好看', 'the *best* part', 'at 3:25 👩‍👩‍👧‍👦', '`code` & <b>'];

/** One person: posts, edits, deletes, likes and watches, one thing after the other, whatever happens to the server. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #viewing: Viewing;
  readonly #own: Post[] = [];
  #count = 0;
  /** Requests that were sent. */
  sent = 0;
  readonly name: string;

  constructor(options: VisitorOptions) {
    this.#options = options;
    this.name = options.name;
    this.#viewing = new Viewing(options, (work) => this.#try(work));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { dice, paceMs = 5 } = this.#options;
    const deeds: readonly (readonly [number, () => Promise<void>])[] = [
      [0.22, () => this.#post(undefined)],
      [0.24, () => this.#reply()],
      [0.08, () => this.#edit()],
      [0.08, () => this.#remove()],
      [0.18, () => this.#react()],
      [0.15, () => this.#viewing.report()],
      [0.05, () => this.#viewing.forget()],
    ];
    while (!signal.aborted) {
      let left = dice.next();
      const [, deed] = deeds.find(([weight]) => (left -= weight) < 0) ?? deeds[0] ?? [];
      await deed?.();
      await sleep(dice.between(0, paceMs));
    }
  }

  async #reply(): Promise<void> {
    await this.#post(this.#recent(this.#options.dice.chance(0.3) ? this.#own : this.#options.promised.posts));
  }

  async #post(parent: Post | undefined): Promise<void> {
    const { client, dice, promised, ledger, name, subjects } = this.#options;
    const key = `${name}-${(this.#count += 1)}`;
    const subject = parent?.subject ?? dice.pick(subjects);
    const text = `${key} ${dice.pick(WORDS)}`;
    const send = () =>
      client.post(
        `/web/v1/subjects/${subject}/comments`,
        { text, ...(parent && { parentId: parent.id }) },
        { headers: { 'idempotency-key': key } },
      );
    const twins = dice.chance(0.2) ? 2 : 1;
    const settled = await Promise.all(Array.from({ length: twins }, () => this.#try(send, dice.chance(0.5))));
    const { outcome, id } = this.#agreed(key, settled);
    ledger.append({ operation: 'post', key, bodyHash: hashOf(text), outcome, answer: { id } });
    if (outcome !== 'ok') return;
    const texts = new Set([text]);
    const post: Post = { key, subject, parent, outcome, id, texts, deleted: 'no', reactions: new Map() };
    promised.posts.push(post);
    this.#own.push(post);
  }

  /** One key, one comment: twins have one answer. */
  #agreed(key: string, settled: readonly Settled[]): { readonly outcome: Outcome; readonly id: string } {
    const accepted = settled.filter(({ outcome }) => outcome === 'ok');
    const ids = new Set(accepted.map(({ answer }) => String(answer.body.comment.id)));
    if (ids.size > 1) this.#options.promised.faults.push(`${key} became ${[...ids].join(' and ')}`);
    const [id = ''] = ids;
    if (id !== '') return { outcome: 'ok', id };
    return { outcome: settled.every(({ outcome }) => outcome === 'fail') ? 'fail' : 'unknown', id };
  }

  async #edit(): Promise<void> {
    const post = this.#recent(this.#own);
    if (!post) return;
    const text = `${post.key} edited ${(this.#count += 1)}`;
    post.texts.add(text);
    const { outcome } = await this.#try(() =>
      this.#options.client.patch(`/web/v1/comments/${post.id}`, { text }),
    );
    if (outcome === 'fail') post.texts.delete(text);
    else if (outcome === 'ok') leaveOnly(post.texts, text);
  }

  async #remove(): Promise<void> {
    const post = this.#recent(this.#own);
    if (!post) return;
    if (post.deleted === 'no') post.deleted = 'maybe';
    const { outcome } = await this.#try(() => this.#options.client.delete(`/web/v1/comments/${post.id}`));
    if (outcome === 'ok') post.deleted = 'yes';
  }

  async #react(): Promise<void> {
    const { client, dice, promised } = this.#options;
    const post = this.#recent(promised.posts);
    if (!post) return;
    const value = dice.pick<Reaction>(['like', 'like', 'dislike', 'none']);
    const userId = client.user?.id ?? '';
    const mine = post.reactions.get(userId) ?? new Set<Reaction>(['none']);
    const before = [...mine];
    post.reactions.set(userId, mine.add(value));
    const { outcome } = await this.#try(() => client.put(`/web/v1/comments/${post.id}/reaction`, { value }));
    if (outcome === 'ok') leaveOnly(mine, value);
    else if (outcome === 'fail' && !before.includes(value)) mine.delete(value);
  }

  #recent(posts: readonly Post[]): Post | undefined {
    if (posts.length === 0) return undefined;
    return this.#options.dice.pick(posts.slice(-RECENT));
  }

  async #try(send: Parameters<typeof attempt>[1], givesUp = false): Promise<Settled> {
    const settled = await attempt(this.#options.client, send, { givesUp });
    this.sent += settled.tries;
    return settled;
  }
}

function leaveOnly<T>(set: Set<T>, value: T): void {
  set.clear();
  set.add(value);
}
