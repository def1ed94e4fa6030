import { comment } from '@storey/contracts';
import { type Comparison, type Difference } from '@storey/reconcile';
import { type Search, type SearchQuery } from '@storey/search';
import { tableNumbers, type Sql } from '@storey/sql';
import { type CommentDb } from '../comment-db.js';
import { type CommentRecord } from '../comment-record.js';
import { Comments, type ScannedComment } from '../repositories/comments.js';
import { searchDocument, searchState } from '../search-index.js';

const CHUNK = 200;
const PAGE = 1000;
/** Of one author at one moment in one state: more than these were not written by a person. */
const AT_ONCE = 1000;

const STATES = Object.values(comment.CommentState).filter((state) => typeof state === 'number');

/** Rows against the search index and the index against rows. The rows are right. */
export function compareSearch(sql: Sql<CommentDb>, search: Search): readonly Comparison[] {
  const comments = new Comments(sql);
  const tables = tableNumbers(sql.tables);
  return [
    ...tables.map((n): Comparison => ({
      name: `search of comments ${n}`,
      find: () => missing(comments, search, n),
      repair: (differences) => putAnew(comments, search, n, differences),
    })),
    ...STATES.map((state): Comparison => ({
      name: `search for ${searchState(state)}`,
      find: () => superfluous(comments, search, state),
      repair: (differences) => removeExtra(search, differences),
    })),
  ];
}

async function* missing(comments: Comments, search: Search, n: number): AsyncGenerator<Difference> {
  for await (const page of pagesOf(comments, n)) {
    for (const { record } of page) {
      if (!(await isFound(search, record))) yield { kind: 'search-missing', id: String(record.id) };
    }
  }
}

async function* pagesOf(comments: Comments, n: number): AsyncGenerator<readonly ScannedComment[]> {
  for (let after = 0n, more = true; more;) {
    const page = await comments.scan(n, after, CHUNK);
    yield page;
    more = page.length === CHUNK;
    after = page.at(-1)?.record.id ?? after;
  }
}

async function isFound(search: Search, { id, authorId, state, createdAt }: CommentRecord): Promise<boolean> {
  const at = Number(createdAt);
  const keywords = { author: [String(authorId)], state: [searchState(state)] };
  const hits = await search.find({ keywords, from: at, to: at, sort: 'new', limit: AT_ONCE });
  return hits.some((hit) => hit.id === id);
}

async function* superfluous(
  comments: Comments,
  search: Search,
  state: comment.CommentState,
): AsyncGenerator<Difference> {
  const query = { keywords: { state: [searchState(state)] }, sort: 'old', limit: PAGE } as const;
  for (let after: SearchQuery['after'], more = true; more;) {
    const hits = await search.find({ ...query, ...(after && { after }) });
    const rows = await comments.byIds(hits.map(({ id }) => id));
    for (const { id } of hits) {
      const row = rows.get(id);
      if (!row) yield { kind: 'search-alone', id: String(id) };
    }
    more = hits.length === PAGE;
    after = hits.at(-1)?.position;
  }
}

/** With the version of its subject now, which no event has passed. One that the index has in another state is replaced. */
async function putAnew(
  comments: Comments,
  search: Search,
  n: number,
  differences: readonly Difference[],
): Promise<void> {
  const wanted = new Set(differences.map(({ id }) => BigInt(id)));
  for await (const page of pagesOf(comments, n)) {
    const some = page.filter(({ record }) => wanted.has(record.id));
    if (some.length === 0) continue;
    await search.put(some.map(({ record, subjectVersion }) => searchDocument(record, subjectVersion)));
  }
}

/** There is no row, so no event will ever speak of it again. */
async function removeExtra(search: Search, differences: readonly Difference[]): Promise<void> {
  const version = BigInt(Number.MAX_SAFE_INTEGER);
  await search.remove(differences.map(({ id }) => ({ id: BigInt(id), version })));
}
