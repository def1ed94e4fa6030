import { type Clock } from '@storey/context';
import { type EventLog } from '@storey/events';
import { LeakyBucket } from '@storey/resilience';
import { WriterLag } from './writer-lag.js';

interface Pace {
  /** Items a second. */
  readonly most: number;
  readonly least: number;
  /** How long commands may wait before it slows, ms. */
  readonly toleratedMs: number;
}

/**
 * What the work around comments is, the most urgent first. Commands and events are not held up: somebody waits for what they
 * bring. Backfill makes what a reader will want soon, and slows when commands wait a second. Bulk (import, re-index,
 * retention) makes what nobody waits for, and slows when they wait at all.
 */
const PACES = {
  commands: undefined,
  events: undefined,
  backfill: { most: 5000, least: 200, toleratedMs: 1000 },
  bulk: { most: 500, least: 20, toleratedMs: 50 },
} as const satisfies Readonly<Record<string, Pace | undefined>>;

export type WorkClass = keyof typeof PACES;

/** The header of a command that names its class where it is another than `commands`. */
export const WORK_CLASS_HEADER = 'work-class';

/** The class that a command came with. */
export const workClassOf = (headers: Readonly<Record<string, string>>): 'commands' | 'bulk' =>
  headers[WORK_CLASS_HEADER] === 'bulk' ? 'bulk' : 'commands';

/** Holds work up by its class while commands wait for the writer. */
export class WorkPaces {
  readonly #buckets: ReadonlyMap<WorkClass, LeakyBucket>;

  constructor(events: EventLog, clock: Clock) {
    const lag = new WriterLag(events, clock);
    const paced = (Object.entries(PACES) as [WorkClass, Pace | undefined][]).flatMap(([name, pace]) =>
      pace ? [[name, new LeakyBucket({ ...pace, clock, waitMs: () => lag.ms() })] as const] : [],
    );
    this.#buckets = new Map(paced);
  }

  /** Resolves when so many items of the class may go. @throws what `signal` aborts with */
  async pass(work: WorkClass, items: number, signal?: AbortSignal): Promise<void> {
    await this.#buckets.get(work)?.pass(items, signal);
  }

  /** Items a second at present of the classes that are held up. */
  rates(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#buckets].map(([name, { rate }]) => [name, rate]));
  }
}
