/**
 * How many physical tables of one sharded base a statement names, at most: 0 none, 1 as it should be, more when it
 * visits several shards at once. Works on the text, where Kysely leaves nothing but names and placeholders.
 * @param bases e.g. `['comment_index', 'comment_count']`; absent = any name that ends in a number.
 */
export function shardSpan(text: string, bases?: readonly string[]): number {
  const tables = new Map<string, Set<string>>();
  for (const [, base = '', n = ''] of text.matchAll(NUMBERED)) {
    if (bases && !bases.includes(base)) continue;
    tables.set(base, (tables.get(base) ?? new Set()).add(n));
  }
  return Math.max(0, ...Array.from(tables.values(), ({ size }) => size));
}

const NUMBERED = /(?<![A-Za-z0-9_])([A-Za-z_]\w*?)_(\d+)(?![A-Za-z0-9_])/g;
