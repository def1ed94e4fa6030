import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { type Deadline } from './deadline.js';

export type Role = 'user' | 'moderator' | 'admin';

/** Who asks. Ids are decimal strings (63 bits). */
export interface Principal {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
  /** 0–6. */
  readonly level: number;
}

/** The four criticalities, most important first; inherited by every call made on behalf of a request. */
export type Priority = 'critical_plus' | 'critical' | 'sheddable_plus' | 'sheddable';

/** What travels with a request through HTTP, rpc and events. */
export interface RequestContext {
  /** 32 hex characters. */
  readonly traceId: string;
  /** Absent in background work, which sets its own bounds. */
  readonly deadline?: Deadline;
  /** Aborts when the client has gone or the deadline has passed. */
  readonly signal?: AbortSignal;
  /** Absent for an anonymous caller. */
  readonly principal?: Principal;
  readonly lane?: string;
  readonly priority: Priority;
  /** The client's address as the edge understood it; for limits only. */
  readonly clientIp?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the work that is running, or an empty one outside any request. */
export function currentContext(): RequestContext {
  return storage.getStore() ?? background;
}

export function runInContext<T>(context: RequestContext, fn: () => T): T {
  return storage.run(context, fn);
}

/** Forgets the caller's context, as a hop over a wire would. */
export function runDetached<T>(fn: () => T): T {
  return storage.exit(fn);
}

/** Random bytes for the next trace ids: asking the system for each id costs more than the rest of a small request. */
const pool = Buffer.alloc(4096);
let used = pool.length;

export function newTraceId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.toString('hex', used - 16, used);
}

const background: RequestContext = Object.freeze({ traceId: '0'.repeat(32), priority: 'sheddable_plus' });
