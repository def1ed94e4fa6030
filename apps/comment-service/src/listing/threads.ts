import { CHUNK_FLOORS, type CommentRecord, type Place } from '@storey/comment';
import { type View } from '../viewing/view.js';
import { type Lists } from './lists.js';
import { type OwnComments } from './own-comments.js';
import { type Covered } from './walk.js';

/** A root with its first replies by floor. */
export interface Thread {
  readonly root: CommentRecord;
  readonly replies: readonly CommentRecord[];
  /** What the replies stand for. */
  readonly covers: Covered;
}

interface Sources {
  readonly view: View;
  readonly lists: Pick<Lists, 'heads' | 'page'>;
}

interface Under {
  readonly subjectId: bigint;
  /** Replies of each root at most. */
  readonly preview: number;
}

type Heads = ReadonlyMap<bigint, readonly Place[]>;

/**
 * The roots that are shown, in the order of `rootIds`. The places of all replies are asked for at once, then all
 * records and reactions: two steps, however many roots there are.
 */
export async function readThreads(
  sources: Sources,
  under: Under,
  rootIds: readonly bigint[],
): Promise<readonly Thread[]> {
  const { view, lists } = sources;
  const { subjectId, preview } = under;
  const heads = preview === 0 ? new Map() : cut(await lists.heads(subjectId, rootIds), preview);
  const records = await read(view, subjectId, [...rootIds, ...idsOf(heads)]);
  const roots = rootIds.flatMap((id) => records.get(id) ?? []).filter(({ shown }) => shown);
  const more = preview === 0 ? new Map() : await readOn(sources, under, roots, heads);
  const later = await read(view, subjectId, idsOf(more));
  return roots.map((root) => {
    const places = [...(heads.get(root.id) ?? []), ...(more.get(root.id) ?? [])];
    const replies = places.flatMap(({ id }) => records.get(id) ?? later.get(id) ?? []);
    const end = places.length < preview ? undefined : places.at(-1)?.floor;
    const covers = { above: 0n, ...(end !== undefined && { below: end }) };
    return { root, replies: replies.filter(({ shown }) => shown), covers };
  });
}

/** With the viewer's own replies that it lacks; those that are pending come last, also beyond the preview. */
export function withOwnReplies(thread: Thread, own: Pick<OwnComments, 'missing' | 'pending'>): Thread {
  const { root, replies, covers } = thread;
  const missing = own.missing(root.id, covers, replies);
  const stored = [...replies, ...missing].sort((a, b) => (a.floor < b.floor ? -1 : 1));
  return { ...thread, replies: [...stored, ...own.pending(root.id)] };
}

/** Where nearly all of the first replies are deleted, those behind them. */
async function readOn(
  { lists }: Sources,
  { subjectId, preview }: Under,
  roots: readonly CommentRecord[],
  heads: Heads,
): Promise<Heads> {
  const found = await Promise.all(
    roots.map(async ({ id: rootId, replyFloor: last }) => {
      const limit = preview - (heads.get(rootId)?.length ?? 0);
      if (limit <= 0 || last <= CHUNK_FLOORS) return undefined;
      const list = { subjectId, rootId, last };
      return [rootId, await lists.page({ list, order: 'old', after: CHUNK_FLOORS, limit })] as const;
    }),
  );
  return new Map(found.filter((each) => each !== undefined));
}

async function read(
  view: View,
  subjectId: bigint,
  ids: readonly bigint[],
): Promise<ReadonlyMap<bigint, CommentRecord>> {
  if (ids.length === 0) return new Map();
  const [records] = await Promise.all([view.stored(ids), view.reactions(subjectId, ids)]);
  return records;
}

const cut = (heads: Heads, preview: number): Heads =>
  new Map([...heads].map(([rootId, places]) => [rootId, places.slice(0, preview)]));

const idsOf = (heads: Heads): readonly bigint[] => [...heads.values()].flat().map(({ id }) => id);
