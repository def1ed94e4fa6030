import { type DatabaseSync } from 'node:sqlite';
import { misconfigured } from '../misconfigured.js';
import { type SearchIndex } from '../search.js';

export const keywordColumn = (name: string): string => `k_${name}`;

/**
 * Two tables an index: what is filtered and sorted by, and the tokens, whose text is not kept. The tokenizer `ascii` splits
 * only at what no token of ours has.
 */
export function createTables(database: DatabaseSync, { name, keywords }: SearchIndex): void {
  const columns = keywords.map(keywordColumn);
  database.exec(`
    CREATE TABLE IF NOT EXISTS ${name}_document (
      id INTEGER PRIMARY KEY, version INTEGER NOT NULL, gone INTEGER NOT NULL, at INTEGER NOT NULL,
      size INTEGER NOT NULL${columns.map((column) => `, ${column} TEXT NOT NULL`).join('')}
    );
    CREATE VIRTUAL TABLE IF NOT EXISTS ${name}_words
      USING fts5 (tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
  `);
  const present = database.prepare(`SELECT name FROM pragma_table_info('${name}_document')`).all();
  const missing = columns.find((column) => !present.some((row) => row['name'] === column));
  if (missing !== undefined) {
    throw misconfigured(
      `The search file is of an older version, without ${missing}: remove it, it is made anew`,
    );
  }
  database.exec(`CREATE INDEX IF NOT EXISTS ${name}_by_at ON ${name}_document (at, id)`);
  for (const column of columns) {
    database.exec(`CREATE INDEX IF NOT EXISTS ${name}_by_${column} ON ${name}_document (${column}, at, id)`);
  }
}
