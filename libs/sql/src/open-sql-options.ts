import { type Clock, type Random } from '@storey/context';
import { type Migration } from 'kysely/migration';
import { type Tables } from './shards.js';

/** By name; run in the order of their names, each once. What has run may neither be renamed nor vanish. */
export type Migrations = Readonly<Record<string, Migration>>;

export interface OpenSqlOptions {
  /** A function is told which physical tables there are, for `forEachTable`. */
  readonly migrations: Migrations | ((tables: Tables) => Migrations);
  /** Physical tables of a sharded table in a new database, a divisor of 64. The URL's `?tables=` wins. */
  readonly tables?: number;
  /**
   * `run` (default) brings the database up to date, `require` refuses one that is not; for processes without the right
   * to change tables. SQLite always runs them: nobody else could.
   */
  readonly migrate?: 'run' | 'require';
  /**
   * How often databases of one server are opened, by all processes together; a server that does not take their
   * connections is refused at once, not when it gets busy. Default 1: this one.
   */
  readonly openings?: number;
  readonly clock?: Clock;
  /** Of pauses before a transaction runs again. */
  readonly random?: Random;
  /** Sees the text of every statement, for tests and tracing. Called synchronously, before it runs. */
  readonly onStatement?: (text: string) => void;
}
