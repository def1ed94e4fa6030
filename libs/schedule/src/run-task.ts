import { Deadline, raceAbort, type Clock } from '@storey/context';
import { deadlineExceeded } from '@storey/errors';
import { type Lock } from './lock.js';
import { type Run, type Task } from './task.js';
import { within } from './within.js';

const TIMEOUT_MS = 10 * 60_000;
/** For a run to end after its signal has aborted. */
const GRACE_MS = 3000;

/** What a run came to. */
export interface Ran {
  readonly outcome: 'ok' | 'failed' | 'interrupted' | 'lost';
  readonly error: unknown;
  readonly startedAt: number;
  readonly tookMs: number;
  /** Resolves when the work has really ended, be it later than its signal asked for. */
  readonly end: Promise<void>;
}

/** One run under a lock, until it ends or three seconds after its signal aborted. Never throws. */
export async function runTask(task: Task, lock: Lock, clock: Clock, closing: AbortSignal): Promise<Ran> {
  const startedAt = clock.now();
  const began = clock.monotonic();
  const deadline = Deadline.in(task.timeoutMs ?? TIMEOUT_MS, clock);
  const timeout = new AbortController();
  const cancel = clock.after(deadline.remainingMs, () => timeout.abort(deadlineExceeded()));
  const signal = AbortSignal.any([lock.signal, timeout.signal, closing]);
  const work = begun(task, { signal, fence: lock, deadline });
  const end = work.then(ignored, ignored);
  const failure = await failureOf(raceAbort(work, signal));
  cancel();
  if (signal.aborted) await within(GRACE_MS, end, clock);
  return {
    outcome: failure ? outcomeOf(lock.signal, closing) : 'ok',
    error: failure?.cause,
    startedAt,
    tookMs: clock.monotonic() - began,
    end,
  };
}

function outcomeOf(loss: AbortSignal, closing: AbortSignal): Ran['outcome'] {
  if (loss.aborted) return 'lost';
  return closing.aborted ? 'interrupted' : 'failed';
}

/** A task that throws before its first `await` fails like any other. */
async function begun(task: Task, run: Run): Promise<void> {
  await task.run(run);
}

const failureOf = (work: Promise<void>): Promise<{ readonly cause: unknown } | undefined> =>
  work.then(
    () => undefined,
    (cause: unknown) => ({ cause }),
  );

const ignored = (): void => undefined;
