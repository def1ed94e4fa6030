import { type Deadline } from '@storey/context';
import { type Fence } from './fence.js';

/** `everyMs` counts from the end of a run; `dailyAt` is a time of day in UTC. */
export type Plan = { readonly everyMs: number } | { readonly dailyAt: `${number}:${number}` };

/** Recurring work, of which one run at a time goes on in the cluster. */
export interface Task {
  /** Unique in its database, at most 100 characters. Work that is split is one task a part. */
  readonly name: string;
  readonly plan: Plan;
  /** A run is put off by up to so much, so that not all begin at once. Default: a tenth of the interval, daily 10 min. */
  readonly jitterMs?: number;
  /**
   * A run that nobody was there for (later than a tenth of the interval, a minute at least) is made up for once, or
   * skipped: then the next one is at its usual time. Default `once`.
   */
  readonly catchUp?: 'once' | 'skip';
  /** A run's signal aborts after so long. Default 10 min. */
  readonly timeoutMs?: number;
  /**
   * A run. It has to end soon after `signal` aborts, and writes through `fenced`, or what may be written twice: a process
   * that was paused does not know yet that another one runs.
   * @throws what makes the run a failed one, to be tried again at its next time.
   */
  readonly run: (run: Run) => Promise<unknown>;
}

export interface Run {
  /** Aborts when the lock is lost, the time is over or the process ends. */
  readonly signal: AbortSignal;
  readonly fence: Fence;
  readonly deadline: Deadline;
}
