import { type Transaction } from 'kysely';
import { type CommentDb, type CountTable, type IndexTable } from '@storey/comment';
import { comment } from '@storey/contracts';
import { upsert } from '@storey/sql';

const { CommentState } = comment;

interface Comment {
  readonly index: Pick<IndexTable, 'id' | 'state'>;
  readonly count: Pick<CountTable, 'reports'>;
}

/** What a batch changes of that which waits for moderators: by comment, how it stands at the end. */
export class Worklists {
  readonly #inReview = new Map<bigint, boolean>();
  /** How often it was reported; 0 for what nobody need look at any more. */
  readonly #reported = new Map<bigint, bigint>();

  /** @param before the state it came from. Most comments never wait, and cost nothing here. */
  moved({ index: { id, state }, count: { reports } }: Comment, before: number): void {
    const waits = state === CommentState.IN_REVIEW;
    if (waits || before === CommentState.IN_REVIEW) this.#inReview.set(id, waits);
    if (state === CommentState.DELETED && reports > 0n) this.#reported.set(id, 0n);
  }

  reported({ index: { id }, count: { reports } }: Comment): void {
    this.#reported.set(id, reports);
  }

  /** A moderator looked at it: its reports are answered. */
  judged({ index: { id }, count: { reports } }: Comment): void {
    if (reports > 0n) this.#reported.set(id, 0n);
  }

  async save(tx: Transaction<CommentDb>): Promise<void> {
    const [waiting, done] = split(this.#inReview, (isWaiting) => isWaiting);
    await upsert(
      tx,
      'comment_review',
      waiting.map(([comment_id]) => ({ comment_id })),
      { key: ['comment_id'], set: ['comment_id'] },
    );
    await remove(tx, 'comment_review', done);
    const [open, answered] = split(this.#reported, (reports) => reports > 0n);
    await upsert(
      tx,
      'comment_reported',
      open.map(([comment_id, reports]) => ({ comment_id, reports })),
      { key: ['comment_id'], set: ['reports'] },
    );
    await remove(tx, 'comment_reported', answered);
  }
}

type Entry<V> = readonly [bigint, V];

/** Those that `isOpen` and the others, each in the order of the key. */
function split<V>(
  all: ReadonlyMap<bigint, V>,
  isOpen: (value: V) => boolean,
): readonly [Entry<V>[], Entry<V>[]] {
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return [sorted.filter(([, value]) => isOpen(value)), sorted.filter(([, value]) => !isOpen(value))];
}

async function remove(
  tx: Transaction<CommentDb>,
  table: 'comment_review' | 'comment_reported',
  entries: readonly Entry<unknown>[],
): Promise<void> {
  if (entries.length === 0) return;
  const ids = entries.map(([id]) => id);
  await tx.deleteFrom(table).where('comment_id', 'in', ids).execute();
}
