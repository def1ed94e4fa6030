import { misconfigured } from '../misconfigured.js';

/** A process has a pool for transactions and one for reads, and at its start one connection more. */
const POOLS = 2;
const OPENING = 1;

export interface ConnectionBudget {
  /** What the server takes, of all users together. */
  readonly server: number;
  /** What it takes of this user; 0 = no limit of his own. */
  readonly user: number;
  /** Of one kind, see `mysql-url.ts`. */
  readonly pool: number;
  /** Openings of databases of this server, by all processes together. */
  readonly openings: number;
}

/**
 * Pools are filled when it is busy: that the last process gets no connection must not show then.
 * @throws AppError `SQL_MISCONFIGURED`
 */
export function assertConnectionBudget({ server, user, pool, openings }: ConnectionBudget): void {
  const limit = user > 0 ? Math.min(user, server) : server;
  const each = POOLS * pool + OPENING;
  if (openings * each <= limit) return;
  throw misconfigured(
    `The server takes ${limit} connections, but ${openings} openings of its databases with up to ${each} connections ` +
      `(pool=${pool}) need ${openings * each}: raise max_connections, or lower "pool" in the URL or SQL_OPENINGS`,
  );
}
