import { comment } from '@storey/contracts';
import { type LedgerEntry } from '@storey/testing';
import { type Row, type Stored } from '../../support/stored.js';
import { type Post, type Reaction } from './promises.js';

const { CommentState, Reaction: Reactions } = comment;

const NAMES: Readonly<Record<number, Reaction>> = {
  [Reactions.NONE]: 'none',
  [Reactions.LIKE]: 'like',
  [Reactions.DISLIKE]: 'dislike',
};

/** A comment as it is stored. */
interface StoredComment {
  readonly id: string;
  readonly text: string;
  readonly state: number;
  readonly floor: number | undefined;
  /** `<table> <subject> <root>`: where its floor counts. */
  readonly list: string;
}

/** Holds what the clients were promised against the tables. @returns a line for each promise that was not kept. */
export function judgeComments(
  stores: Stored,
  ledger: readonly LedgerEntry[],
  posts: readonly Post[],
): string[] {
  const stored = read(stores);
  const byKey = Map.groupBy(stored, ({ text }) => text.split(' ', 1)[0] ?? '');
  const byId = new Map(stored.map((row) => [row.id, row]));
  return [
    ...ledger.flatMap((entry) => judgeEntry(entry, byKey.get(entry.key) ?? [])),
    ...strangers(byKey, ledger),
    ...posts.flatMap((post) => judgePost(post, byId)),
    ...judgeReactions(stores, posts, byId),
    ...judgeFloors(stored),
  ];
}

function read(stores: Stored): readonly StoredComment[] {
  const texts = new Map(stores.sharded('comment', 'comment_content').map(({ id, text }) => [id, text]));
  const rows = stores
    .sharded('comment', 'comment_index')
    .map((row) => toStored(row, texts.get(row.id ?? 0n)));
  if (texts.size !== rows.length) throw new Error(`${texts.size} texts of ${rows.length} comments`);
  return rows;
}

const toStored = (row: Row, text: Row[string] | undefined): StoredComment => ({
  id: String(row.id),
  text: String(text ?? ''),
  state: Number(row.state),
  floor: row.floor === null ? undefined : Number(row.floor),
  list: `${String(row.subject_id)} ${String(row.root_id)}`,
});

/** Accepted: there exactly once. Refused: not there. Lost on the way: once or not at all. */
function judgeEntry({ key, outcome, answer }: LedgerEntry, rows: readonly StoredComment[]): string[] {
  const ids = rows.map(({ id }) => id);
  if (outcome === 'fail')
    return rows.length === 0 ? [] : [`${key} was refused but is stored as ${ids.join()}`];
  if (rows.length > 1) return [`${key} is stored ${rows.length} times: ${ids.join()}`];
  if (outcome === 'unknown') return [];
  const { id } = answer as { id: string };
  if (rows.length === 0) return [`${key} was accepted as ${id} but is not stored`];
  return ids[0] === id ? [] : [`${key} was accepted as ${id} but is stored as ${ids[0]}`];
}

/** Nothing that nobody sent. */
function strangers(byKey: ReadonlyMap<string, unknown>, ledger: readonly LedgerEntry[]): string[] {
  const sent = new Set(ledger.map(({ key }) => key));
  return [...byKey.keys()]
    .filter((key) => !sent.has(key))
    .map((key) => `${key} is stored but was never sent`);
}

function judgePost(post: Post, byId: ReadonlyMap<string, StoredComment>): string[] {
  const row = byId.get(post.id);
  if (!row) return []; // told already
  const faults: string[] = [];
  // Words of what is over do not change. A deletion whose answer was lost may stand before an edit that was accepted; and
  // a reply that its author still saw as pending, and edited, may end as rejected.
  const isOver =
    row.state === CommentState.REJECTED || (post.deleted !== 'no' && row.state === CommentState.DELETED);
  if (!isOver && ![...post.texts].includes(row.text)) {
    faults.push(
      `${post.key} says ${JSON.stringify(row.text)}, not one of ${JSON.stringify([...post.texts])}`,
    );
  }
  if (!statesOf(post, byId).includes(row.state)) {
    faults.push(`${post.key} is in state ${row.state}, deleted: ${post.deleted}`);
  }
  const wasRejected = statesOf({ ...post, deleted: 'no' }, byId).includes(CommentState.REJECTED);
  const mayLackFloor = row.state !== CommentState.VISIBLE && wasRejected; // he may have deleted it after that
  if (row.floor === undefined ? !mayLackFloor : row.state === CommentState.REJECTED) {
    faults.push(`${post.key} in state ${row.state} has floor ${String(row.floor)}`);
  }
  return faults;
}

/** A reply to what was gone when it was applied ends rejected; only then. */
function statesOf({ deleted, parent }: Post, byId: ReadonlyMap<string, StoredComment>): readonly number[] {
  const parentLost =
    parent !== undefined && (parent.deleted !== 'no' || byId.get(parent.id)?.state === CommentState.REJECTED);
  return [
    ...(deleted === 'yes' ? [] : [CommentState.VISIBLE]),
    ...(deleted === 'no' ? [] : [CommentState.DELETED]),
    ...(parentLost ? [CommentState.REJECTED] : []),
  ];
}

/** What was deleted meanwhile may have taken no more reactions. */
function judgeReactions(
  stores: Stored,
  posts: readonly Post[],
  byId: ReadonlyMap<string, StoredComment>,
): string[] {
  const rows = stores.sharded('comment', 'comment_reaction').map((row) => ({
    place: `${String(row.comment_id)} ${String(row.user_id)}`,
    value: NAMES[Number(row.value)],
  }));
  const stored = new Map(rows.map(({ place, value }) => [place, value]));
  const faults: string[] = [];
  const asked = new Set<string>();
  for (const { id, key, deleted, reactions } of posts) {
    const mayDiffer = deleted !== 'no' || byId.get(id)?.state !== CommentState.VISIBLE;
    for (const [userId, values] of reactions) {
      asked.add(`${id} ${userId}`);
      const value = stored.get(`${id} ${userId}`) ?? 'none';
      if (!mayDiffer && !values.has(value))
        faults.push(`${userId} on ${key}: ${value}, not ${[...values].join()}`);
    }
  }
  const unasked = rows
    .filter(({ place }) => !asked.has(place))
    .map(({ place }) => `${place} was never asked for`);
  return [...faults, ...unasked];
}

/** 1, 2, 3 … in every subject and under every root. */
function judgeFloors(stored: readonly StoredComment[]): string[] {
  const lists = Map.groupBy(
    stored.filter(({ floor }) => floor !== undefined),
    ({ list }) => list,
  );
  return [...lists].flatMap(([list, rows]) => {
    const floors = rows.map(({ floor = 0 }) => floor).sort((a, b) => a - b);
    const gap = floors.findIndex((floor, i) => floor !== i + 1);
    return gap < 0 ? [] : [`floors of ${list} are ${floors.slice(0, gap + 3).join()} …`];
  });
}
