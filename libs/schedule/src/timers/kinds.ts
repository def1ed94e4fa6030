import { type Transaction } from 'kysely';
import { type Timer } from './timer.js';

/**
 * What happens when timers of a kind go off: `apply` in the transaction that removes them, so exactly once, waiting for
 * nothing but `tx`; or `handle` outside, at least once, in ten seconds at most, told apart by the id.
 */
export type TimerKind<DB> =
  | {
      readonly apply: (tx: Transaction<DB>, timer: Timer) => Promise<unknown>;
      /** Told to `onCommit` listeners, e.g. `outbox`. */
      readonly notify?: string;
    }
  | { readonly handle: (timer: Timer, signal: AbortSignal) => Promise<unknown> };

export type TimerKinds<DB> = Readonly<Record<string, TimerKind<DB>>>;
