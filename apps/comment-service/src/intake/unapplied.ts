import { type AppliedCommands } from '@storey/comment';
import { runDetached, type Clock } from '@storey/context';
import { isOutage } from '@storey/events';
import { type Logger } from '@storey/observability';

/** So long after it was accepted a command is looked for; one that is not applied at the last look is an alarm. */
const LOOKS_MS = [10_000, 30_000, 60_000, 120_000, 300_000] as const;
const EVERY_MS = 5000;
/** Beyond it nobody watches those that come. */
const MAX_WATCHED = 20_000;

export interface UnappliedOptions {
  readonly applied: Pick<AppliedCommands, 'among'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Commands since the start, by what became of the watch over them. */
export interface UnappliedCounts {
  applied: number;
  /** Not applied, or not known to be, after five minutes. */
  late: number;
  /** There were too many. */
  unwatched: number;
}

interface Watched {
  readonly id: bigint;
  /** Of the monotonic clock. */
  readonly since: number;
}

/** Every command that was accepted ends: those that do not are told of, once, by the process that accepted them. */
export class Unapplied {
  readonly counts: UnappliedCounts = { applied: 0, late: 0, unwatched: 0 };
  readonly #options: UnappliedOptions;
  /** By the look that comes next, the oldest first. */
  readonly #watched: readonly Watched[][] = LOOKS_MS.map(() => []);
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: UnappliedOptions) {
    this.#options = options;
  }

  watch(id: bigint): void {
    const watched = this.#watched.reduce((sum, { length }) => sum + length, 0);
    if (watched >= MAX_WATCHED) this.counts.unwatched += 1;
    else this.#watched[0]?.push({ id, since: this.#options.clock.monotonic() });
    this.#plan();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#looking;
  }

  /** Where nothing is watched no timer runs. */
  #plan(): void {
    if (this.#cancel || this.#closed || this.#watched.every(({ length }) => length === 0)) return;
    this.#cancel = runDetached(() =>
      this.#options.clock.after(EVERY_MS, () => {
        this.#looking = this.#look().finally(() => {
          this.#cancel = undefined;
          this.#plan();
        });
      }),
    );
  }

  async #look(): Promise<void> {
    for (const [look, afterMs] of [...LOOKS_MS.entries()].reverse()) {
      const due = this.#takeDue(look, afterMs);
      if (due.length === 0) continue;
      const left = await this.#unapplied(due);
      const next = this.#watched[look + 1];
      if (next) next.push(...left);
      else this.#alarm(left);
    }
  }

  #takeDue(look: number, afterMs: number): readonly Watched[] {
    const until = this.#options.clock.monotonic() - afterMs;
    const watched = this.#watched[look] ?? [];
    const later = watched.findIndex(({ since }) => since > until);
    return watched.splice(0, later < 0 ? watched.length : later);
  }

  /** What can't be looked for is not known to be applied. */
  async #unapplied(due: readonly Watched[]): Promise<readonly Watched[]> {
    const { applied, logger } = this.#options;
    try {
      const done = await applied.among(due.map(({ id }) => id));
      const left = due.filter(({ id }) => !done.has(id));
      this.counts.applied += due.length - left.length;
      return left;
    } catch (error) {
      if (!isOutage(error)) logger.error('accepted commands were not looked for', error);
      return due;
    }
  }

  #alarm(late: readonly Watched[]): void {
    const [first] = late;
    if (!first) return;
    this.counts.late += late.length;
    const cause = new Error('The writer, the relay or the log has stopped, or lags.');
    const told = { commands: late.length, first: String(first.id) };
    this.#options.logger.error('accepted five minutes ago and not applied', cause, told);
  }
}
