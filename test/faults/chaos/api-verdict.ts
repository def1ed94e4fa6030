import { comment } from '@storey/contracts';
import { type Client, type Json } from '../../support/client.js';
import { walk } from '../../support/pages.js';
import { type Stored } from '../../support/stored.js';
import { type Post } from './promises.js';

const { CommentState, Reaction } = comment;

/** What a reader is told of one comment. */
type Line = string;

/** Holds what a stranger reads against the tables: every shown comment with its floor, text and figures, every count. */
export async function judgeApi(
  stores: Stored,
  client: Client,
  subjects: readonly string[],
): Promise<string[]> {
  const faults: string[] = [];
  const told = new Set<Line>();
  for (const subject of subjects) {
    const path = `/web/v1/subjects/${subject}`;
    const roots = await walk(client, `${path}/comments`, { query: { sort: 'old' } });
    for (const root of roots) {
      told.add(lineOf(root));
      for (const reply of await walk(client, `/web/v1/comments/${root.id}/replies`)) told.add(lineOf(reply));
    }
    const { counts } = (await client.get(`${path}/counts`)).body;
    const stored = countsOf(stores, subject);
    if (counts.all !== stored.all || counts.roots !== stored.roots) {
      faults.push(`counts of ${subject} are ${JSON.stringify(counts)}, rows ${JSON.stringify(stored)}`);
    }
  }
  const stored = new Set(linesOf(stores));
  return [
    ...faults,
    ...[...stored].filter((line) => !told.has(line)).map((line) => `not told: ${line}`),
    ...[...told].filter((line) => !stored.has(line)).map((line) => `told but not so: ${line}`),
  ];
}

/** Nobody reads a deleted one's text again, and its author none of his as pending. */
export async function judgePosts(posts: readonly Post[], author: (post: Post) => Client): Promise<string[]> {
  const faults: string[] = [];
  for (const post of posts) {
    const { status, body } = await author(post).get(`/web/v1/comments/${post.id}`);
    const { state, text } = body?.comment ?? {};
    const gone = status === 404 || (state === 'deleted' && text === null);
    if (post.deleted === 'yes' ? !gone && state !== 'rejected' : status !== 200 && post.deleted === 'no') {
      faults.push(`${post.key} deleted: ${post.deleted}, is ${status} ${state}`);
    }
    if (state === 'pending') faults.push(`${post.key} is pending`);
  }
  return faults;
}

const lineOf = (told: Json): Line =>
  [
    told.id,
    `floor ${told.floor}`,
    told.state,
    JSON.stringify(told.text),
    `likes ${told.likes} ${told.dislikes}`,
    `replies ${told.replyCount}`,
  ].join(' ');

function linesOf(stores: Stored): readonly Line[] {
  const texts = new Map(stores.sharded('comment', 'comment_content').map((row) => [row.id, row.text]));
  const index = stores.sharded('comment', 'comment_index');
  const reactions = Map.groupBy(stores.sharded('comment', 'comment_reaction'), (row) => row.comment_id);
  const visible = index.filter(({ state }) => state === BigInt(CommentState.VISIBLE));
  const under = Map.groupBy(visible, (row) => row.root_id);
  const below = Map.groupBy(visible, (row) => row.parent_id);
  const votes = (id: unknown, value: number): number =>
    (reactions.get(id as bigint) ?? []).filter((row) => row.value === BigInt(value)).length;
  return index
    .filter(({ shown }) => shown === 1n)
    .map((row) => {
      const isDeleted = row.state === BigInt(CommentState.DELETED);
      return lineOf({
        id: String(row.id),
        floor: row.floor,
        state: isDeleted ? 'deleted' : 'visible',
        text: isDeleted ? null : texts.get(row.id ?? 0n),
        likes: votes(row.id, Reaction.LIKE),
        dislikes: votes(row.id, Reaction.DISLIKE),
        replyCount: (row.root_id === 0n ? under : below).get(row.id ?? 0n)?.length ?? 0,
      });
    });
}

function countsOf(stores: Stored, subject: string): { readonly roots: number; readonly all: number } {
  const [type, oid] = subject.split('/');
  const found = stores
    .sharded('comment', 'comment_subject')
    .find((row) => row.type === type && row.oid === oid);
  const visible = stores
    .sharded('comment', 'comment_index')
    .filter((row) => row.subject_id === found?.id && row.state === BigInt(CommentState.VISIBLE));
  return { roots: visible.filter(({ root_id }) => root_id === 0n).length, all: visible.length };
}
