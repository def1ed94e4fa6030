/**
 * How many physical tables of one sharded base a statement names, at most: 0 none, 1 as it should be, more when it
 * visits several shards at once. Works on the text, where Kysely leaves nothing but names and placeholders.
 * @param bases e.g. `['comment_index', 'comment_count']`
 */
export function shardSpan(text: string, bases: readonly string[]): number {
  return bases.reduce((most, base) => Math.max(most, tablesNamed(text, base)), 0);
}

function tablesNamed(text: string, base: string): number {
  const names = text.matchAll(new RegExp(`(?<![A-Za-z0-9_])${base}_(\\d+)(?![A-Za-z0-9_])`, 'g'));
  return new Set(Array.from(names, ([, n]) => n)).size;
}
