import { type estypes } from '@elastic/elasticsearch';
import { type Asked, type Clause } from '../asked.js';
import { type Position } from '../position.js';
import { type SearchQuery, type SearchSort } from '../search.js';
import { idText } from './stored.js';

const SORTS: Readonly<Record<SearchSort, estypes.SortCombinations[]>> = {
  relevance: [{ _score: { order: 'desc' } }, { size: { order: 'asc' } }, { id: { order: 'desc' } }],
  new: [{ at: { order: 'desc' } }, { id: { order: 'desc' } }],
  old: [{ at: { order: 'asc' } }, { id: { order: 'asc' } }],
};

/** Only queries without a language of their own: `term`, `match_phrase`, `prefix`, `range`. */
export function findRequest(
  query: SearchQuery,
  asked: Asked | undefined,
  after: Position | undefined,
): estypes.SearchRequest {
  const { keywords = {}, from, to, sort, limit } = query;
  const filter: estypes.QueryDslQueryContainer[] = [
    ...(asked?.clauses.map(clauseQuery) ?? []),
    { term: { gone: false } },
    ...Object.entries(keywords).map(([name, values]) => ({ terms: { [`keywords.${name}`]: [...values] } })),
    { range: { at: { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lte: to }) } } },
  ];
  const exact = sort === 'relevance' && asked?.phrase;
  return {
    query: { bool: { filter, ...(exact && { should: [exactQuery(exact)] }) } },
    sort: SORTS[sort],
    size: limit,
    _source: false,
    track_total_hits: false,
    ...(after && { search_after: searchAfter(after) }),
  };
}

function clauseQuery(clause: Clause): estypes.QueryDslQueryContainer {
  if (clause.kind === 'prefix') return { prefix: { words: { value: clause.prefix } } };
  return phraseQuery(clause.terms);
}

const phraseQuery = (terms: readonly string[]): estypes.QueryDslQueryContainer =>
  terms.length === 1 ? { term: { words: terms[0] ?? '' } } : { match_phrase: { words: terms.join(' ') } };

/** Filters count nothing: the score is 1 for what has the words side by side, else 0. */
const exactQuery = (terms: readonly string[]): estypes.QueryDslQueryContainer => ({
  constant_score: { filter: phraseQuery(terms), boost: 1 },
});

const searchAfter = (position: Position): (string | number)[] =>
  position.sort === 'relevance'
    ? [position.exact, position.size, idText(position.id)]
    : [position.at, idText(position.id)];

/** @throws TypeError when the server sorted by something else. */
export function positionOf(sort: SearchSort, values: estypes.SortResults = []): Position {
  const id = BigInt(String(values.at(-1)));
  if (sort === 'relevance') return { sort, exact: Number(values[0]), size: Number(values[1]), id };
  return { sort, at: Number(values[0]), id };
}
