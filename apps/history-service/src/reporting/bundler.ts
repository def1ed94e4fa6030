import { type Clock } from '@storey/context';
import { type historyEvents } from '@storey/contracts';
import { type EventLog } from '@storey/events';
import { HISTORY_UPDATES, regionOf } from '@storey/history';
import { type Scored } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { type Marks } from './marks.js';
import { bundles } from './updates.js';

/** Changes that wait at most; beyond it they are left to the sweeper, as their marks stay. */
const MAX_PENDING = 20_000;
/** After the log refused, ms. */
const AGAIN_MS = 1_000;

/** A change on its way to the log. */
export interface Change {
  readonly update: historyEvents.HistoryUpdate;
  /** Its mark in kv state; of one name the later replaces the earlier. */
  readonly mark: Scored;
  /** Called when the log has it. */
  readonly onAppended?: () => void;
}

export interface BundlerOptions {
  readonly events: EventLog;
  readonly marks: Marks;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lingerMs: number;
  /** Changes of one region that don't wait any longer. */
  readonly size: number;
}

/**
 * Gathers changes into one bundle per region and brings them to the log. Nobody waits for it: what it holds is in kv
 * state with a mark, so a dead process or a log that is down delays a change and loses none.
 */
export class Bundler {
  readonly #options: BundlerOptions;
  readonly #pending = new Map<number, Map<string, Change>>();
  #count = 0;
  #cancel: (() => void) | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: BundlerOptions) {
    this.#options = options;
  }

  add(change: Change): void {
    if (this.#count >= MAX_PENDING || this.#closed) return;
    const size = this.#put(change);
    if (size >= this.#options.size) void this.flush();
    else this.#schedule(this.#options.lingerMs);
  }

  /** Resolves when everything that waited has been tried once. Never rejects. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#flushing = this.#flushing.then(() => this.#flushAll());
    return this.#flushing;
  }

  /** Tries once more; what the log refuses is left to the sweeper of whoever lives on. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    this.#cancel?.();
  }

  async #flushAll(): Promise<void> {
    const taken = [...this.#pending];
    this.#pending.clear();
    this.#count = 0;
    const failed = await Promise.all(
      taken.map(([region, changes]) => this.#send(region, [...changes.values()])),
    );
    const again = failed.flat();
    if (again.length === 0 || this.#closed) return;
    for (const change of again) this.#putBack(change);
    this.#schedule(AGAIN_MS);
  }

  /** @returns what must be tried again. */
  async #send(region: number, changes: readonly Change[]): Promise<readonly Change[]> {
    const key = String(region);
    const values = bundles(changes.map(({ update }) => update));
    try {
      await this.#options.events.append(
        HISTORY_UPDATES.name,
        values.map((value) => ({ key, value })),
      );
    } catch (error) {
      this.#options.logger.warn('the log refuses history; it is tried again', { cause: String(error) });
      return changes;
    }
    for (const { onAppended } of changes) onAppended?.();
    await this.#clearMarks(changes);
    return [];
  }

  async #clearMarks(changes: readonly Change[]): Promise<void> {
    const byUser = Map.groupBy(changes, ({ update }) => update.userId);
    try {
      for (const [userId, some] of byUser)
        await this.#options.marks.clear(
          userId,
          some.map(({ mark }) => mark),
        );
    } catch (error) {
      this.#options.logger.warn('marks of history stay for the sweeper', { cause: String(error) });
    }
  }

  #put(change: Change): number {
    const region = regionOf(change.update.userId);
    const changes = this.#pending.get(region) ?? new Map<string, Change>();
    const before = changes.size;
    changes.set(idOf(change), change);
    this.#pending.set(region, changes);
    this.#count += changes.size - before;
    return changes.size;
  }

  /** What came meanwhile is newer. */
  #putBack(change: Change): void {
    const waiting = this.#pending.get(regionOf(change.update.userId))?.has(idOf(change));
    if (!waiting && this.#count < MAX_PENDING) this.#put(change);
  }

  #schedule(ms: number): void {
    this.#cancel ??= this.#options.clock.after(ms, () => void this.flush());
  }
}

const idOf = ({ update, mark }: Change): string => `${update.userId} ${mark.member}`;
