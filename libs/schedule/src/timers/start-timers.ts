import { randomUUID } from 'node:crypto';
import { noFaults, systemClock, type Clock, type FaultPoint } from '@storey/context';
import { type Logger, type Metrics } from '@storey/observability';
import { type Sql } from '@storey/sql';
import { ownSql, type ScheduleTables } from '../tables.js';
import { within } from '../within.js';
import { Applying, type Effect } from './applying.js';
import { Handling } from './handling.js';
import { KindLoop } from './kind-loop.js';
import { type TimerKind, type TimerKinds } from './kinds.js';
import { type Taker, type TakingPort } from './taking.js';
import { TIMERS_TAG } from './timer.js';
import { timerMetrics } from './timer-metrics.js';

const CLOSE_MS = 8000;

export interface TimersOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  readonly faultPoint?: FaultPoint;
}

export interface Timers {
  /** Lets the batches that run end, eight seconds at most; what is outside of the database is aborted. */
  close(): Promise<void>;
}

/**
 * Lets timers of these kinds go off when they are due, never before by the wall clock. Every process of the database
 * may, with kinds of its own; of one kind they share the work.
 */
export function startTimers<DB extends ScheduleTables>(
  sql: Sql<DB>,
  kinds: TimerKinds<DB>,
  options: TimersOptions,
): Timers {
  const { clock = systemClock, faultPoint = noFaults, logger } = options;
  const closing = new AbortController();
  const own = ownSql(sql);
  const shared = { sql: own, clock, faultPoint, owner: randomUUID(), closing: closing.signal };
  const onEnded = timerMetrics(options.metrics, logger, clock);
  const loops = Object.entries(kinds).map(([kind, how]) => {
    const taker = takerOf(how, { ...shared, kind, onEnded });
    const onError = (error: unknown): void => logger.error(`timers do not go off: ${kind}`, error);
    return new KindLoop({ ...shared, kind, taker, onError });
  });
  const stopListening = own.onCommit((tags) => {
    if (tags.has(TIMERS_TAG)) for (const loop of loops) loop.wakeSoon();
  });
  return {
    close: async () => {
      stopListening();
      closing.abort(new Error('The process ends.'));
      for (const loop of loops) loop.wake();
      await within(CLOSE_MS, Promise.all(loops.map(({ ended }) => ended)), clock);
    },
  };
}

function takerOf<DB>(kind: TimerKind<DB>, port: TakingPort): Taker {
  return 'apply' in kind ? new Applying(kind as unknown as Effect, port) : new Handling(kind.handle, port);
}
