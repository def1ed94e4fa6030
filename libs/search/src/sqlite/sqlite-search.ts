import { type DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { unavailable } from '@storey/errors';
import { accept, documentFault } from '../accept.js';
import { asked } from '../asked.js';
import { checkQuery } from '../check-query.js';
import { tokensOf } from '../cut.js';
import { type ResolvedOptions } from '../options.js';
import { decodePosition, encodePosition, sizeOf } from '../position.js';
import {
  Search,
  type Hit,
  type Refusal,
  type Removal,
  type SearchDocument,
  type SearchQuery,
} from '../search.js';
import { findSql } from './find-sql.js';
import { keywordColumn } from './schema.js';

type Row = Readonly<Record<'id' | 'at' | 'size' | 'exact', bigint>>;

/** FTS5 over our own tokens. Every statement is synchronous: a word that a million comments have holds the event loop. */
export class SqliteSearch extends Search {
  readonly #database: DatabaseSync;
  readonly #options: ResolvedOptions;
  readonly #upsert: StatementSync;
  readonly #write: StatementSync;
  readonly #forget: StatementSync;
  #open = true;

  constructor(database: DatabaseSync, options: ResolvedOptions) {
    super();
    this.#database = database;
    this.#options = options;
    const { name, keywords } = options.index;
    const columns = ['id', 'version', 'gone', 'at', 'size', ...keywords.map(keywordColumn)];
    this.#upsert = database.prepare(
      `INSERT INTO ${name}_document (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
       WHERE excluded.version > version`,
    );
    this.#write = database.prepare(`INSERT OR REPLACE INTO ${name}_words (rowid, tokens) VALUES (?, ?)`);
    this.#forget = database.prepare(`DELETE FROM ${name}_words WHERE rowid = ?`);
  }

  async put(documents: readonly SearchDocument[]): Promise<readonly Refusal[]> {
    const { index } = this.#options;
    const { good, refused } = accept(documents, (document) => documentFault(document, index));
    const rows = good.map((document) => ({ document, tokens: tokensOf(document.text) }));
    this.#transaction(() => {
      for (const { document, tokens } of rows) {
        const { id, version, at, keywords } = document;
        const values = index.keywords.map((name) => keywords[name] ?? '');
        const { changes } = this.#upsert.run(id, version, 0, at, sizeOf(tokens.length), ...values);
        if (changes > 0) this.#write.run(id, tokens.join(' '));
      }
    });
    return this.#done(refused);
  }

  async remove(removals: readonly Removal[]): Promise<readonly Refusal[]> {
    const { index } = this.#options;
    const { good, refused } = accept(removals, () => undefined);
    this.#transaction(() => {
      for (const { id, version } of good) {
        const { changes } = this.#upsert.run(id, version, 1, 0, 0, ...index.keywords.map(() => ''));
        if (changes > 0) this.#forget.run(id);
      }
    });
    return this.#done(refused);
  }

  async find(query: SearchQuery): Promise<readonly Hit[]> {
    const { index } = this.#options;
    checkQuery(query, index);
    const { sort, text } = query;
    const after = query.after && decodePosition(query.after, sort);
    const words = text === undefined ? undefined : asked(text);
    if (words?.clauses.length === 0) return [];
    const { sql, values } = findSql(index, query, words, after);
    return this.#rows(sql, values).map(({ id, at, size, exact }) => {
      const place =
        sort === 'relevance' ? { sort, exact: Number(exact), size: Number(size) } : { sort, at: Number(at) };
      return { id, position: encodePosition({ ...place, id }) };
    });
  }

  async ping(): Promise<void> {
    this.#rows('SELECT 1', []);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  async #done(refused: readonly Refusal[]): Promise<readonly Refusal[]> {
    this.#options.faultPoint('search.put');
    return refused;
  }

  #rows(sql: string, values: readonly SQLInputValue[]): readonly Row[] {
    return this.#guarded(() => {
      const statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all(...values) as unknown as Row[];
    });
  }

  /** All or nothing. */
  #transaction(work: () => void): void {
    this.#guarded(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #guarded<T>(work: () => T): T {
    if (!this.#open) throw unavailable('The search is closed.');
    try {
      return work();
    } catch (error) {
      // By shape, not by class: the error may come from another realm.
      if (typeof error !== 'object' || error === null || !('errcode' in error)) throw error;
      throw unavailable('The file of the search failed.', error);
    }
  }
}
