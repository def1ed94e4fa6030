import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type SelectQueryNode,
} from 'kysely';
import { StatementDriver } from '../statement-driver.js';

/** Kysely's SQLite over a connection of ours, for single statements. Transactions go through the group commit. */
export class SqliteDialect implements Dialect {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  createDriver(): Driver {
    return new StatementDriver(this.#connection);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new Compiler();
  }

  createAdapter(): SqliteAdapter {
    return new Adapter();
  }

  createIntrospector<DB>(db: Kysely<DB>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class Adapter extends SqliteAdapter {
  /** Statements are synchronous, so callers need not queue for the connection. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite does; Kysely is careful because of its locking. Lets all migrations run in one transaction. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** There is one writer, so there is nothing to lock or to pass over. */
const LOCKING = new Set<string | undefined>(['ForUpdate', 'SkipLocked']);

class Compiler extends SqliteQueryCompiler {
  protected override visitSelectQuery(node: SelectQueryNode): void {
    const endModifiers = node.endModifiers?.filter(({ modifier }) => !LOCKING.has(modifier));
    super.visitSelectQuery(endModifiers ? { ...node, endModifiers } : node);
  }
}
