import { type SQLInputValue } from 'node:sqlite';
import { type Asked, type Clause } from '../asked.js';
import { type Position } from '../position.js';
import { type SearchIndex, type SearchQuery } from '../search.js';
import { keywordColumn } from './schema.js';

export interface Statement {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

type Part = readonly [sql: string, ...values: readonly SQLInputValue[]];

const ORDERS = {
  relevance: 'exact DESC, d.size ASC, d.id DESC',
  new: 'd.at DESC, d.id DESC',
  old: 'd.at ASC, d.id ASC',
} as const;

/** @param asked absent: documents of any text. Every value is bound; names come from the index alone. */
export function findSql(
  index: SearchIndex,
  query: SearchQuery,
  asked: Asked | undefined,
  after: Position | undefined,
): Statement {
  const exact = exactOf(index, asked, query.sort);
  const wheres = [
    ...(asked ? [[`${index.name}_words MATCH ?`, asked.clauses.map(matchOf).join(' AND ')] as const] : []),
    ['d.gone = 0'] as const,
    ...filters(query),
    ...(after ? [behind(after, exact)] : []),
  ];
  // CROSS JOIN keeps the order of the tables: words first.
  const from = asked
    ? `${index.name}_words w CROSS JOIN ${index.name}_document d ON d.id = w.rowid`
    : `${index.name}_document d`;
  return {
    sql: `SELECT d.id, d.at, d.size, ${exact[0]} AS exact FROM ${from}
      WHERE ${wheres.map(([sql]) => sql).join(' AND ')} ORDER BY ${ORDERS[query.sort]} LIMIT ?`,
    values: [...exact.slice(1), ...wheres.flatMap(([, ...values]) => values), query.limit],
  };
}

function exactOf(index: SearchIndex, asked: Asked | undefined, sort: SearchQuery['sort']): Part {
  if (sort !== 'relevance' || !asked?.phrase) return ['0'];
  const { name } = index;
  return [
    `(d.id IN (SELECT rowid FROM ${name}_words WHERE ${name}_words MATCH ?))`,
    quoted(asked.phrase.join(' ')),
  ];
}

function filters({ keywords = {}, from, to }: SearchQuery): readonly Part[] {
  const parts: Part[] = Object.entries(keywords).map(([name, values]) => [
    `d.${keywordColumn(name)} IN (${values.map(() => '?').join(', ')})`,
    ...values,
  ]);
  if (from !== undefined) parts.push(['d.at >= ?', from]);
  if (to !== undefined) parts.push(['d.at <= ?', to]);
  return parts;
}

function behind(position: Position, [exact, ...exactValues]: Part): Part {
  const { id } = position;
  if (position.sort === 'relevance') {
    return [`(-${exact}, d.size, -d.id) > (?, ?, ?)`, ...exactValues, -position.exact, position.size, -id];
  }
  return [`(d.at, d.id) ${position.sort === 'new' ? '<' : '>'} (?, ?)`, position.at, id];
}

function matchOf(clause: Clause): string {
  return clause.kind === 'prefix' ? `${quoted(clause.prefix)} *` : quoted(clause.terms.join(' '));
}

/** Tokens have no quotes; and if they had, they would be no operators. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
