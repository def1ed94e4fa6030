import { setImmediate } from 'node:timers/promises';
import { type ResolvedOptions } from '../options.js';
import { type Catalog, type Partition } from './catalog.js';
import { type Database } from './database.js';
import { type GroupOffsets } from './group-offsets.js';
import { type Messages } from './messages.js';

const EVERY_MS = 60_000;
/** One step holds the event loop: few rows, and few pages to give back. */
const STEP = { rows: 1000, bytes: 4 * 1024 * 1024 } as const;

/** Cuts what is older than the retention and behind every known group, in small steps, once a minute at most. */
export class Retention {
  readonly #database: Database;
  readonly #catalog: Catalog;
  readonly #messages: Messages;
  readonly #offsets: GroupOffsets;
  readonly #options: ResolvedOptions;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;
  /** Partitions that keep messages past their time because a group has not read them, as of the last round. */
  blocked = 0;

  constructor(parts: {
    readonly database: Database;
    readonly catalog: Catalog;
    readonly messages: Messages;
    readonly offsets: GroupOffsets;
    readonly options: ResolvedOptions;
  }) {
    this.#database = parts.database;
    this.#catalog = parts.catalog;
    this.#messages = parts.messages;
    this.#offsets = parts.offsets;
    this.#options = parts.options;
  }

  /** Call when messages were stored. An empty log has no timer. */
  arm(): void {
    if (this.#cancel || this.#closed || this.#isEmpty()) return;
    this.#cancel = this.#options.clock.after(EVERY_MS, () => (this.#running = this.#round()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#running;
  }

  /** Never rejects. */
  async #round(): Promise<void> {
    try {
      await this.#cutAll();
    } catch (error) {
      this.#options.onError(error, 'events: retention');
    }
    this.#cancel = undefined;
    this.arm();
  }

  async #cutAll(): Promise<void> {
    let blocked = 0;
    for (const { partition, retentionMs } of this.#partitions()) {
      const before = this.#options.clock.now() - retentionMs;
      while (!this.#closed && this.#step(partition, before)) await setImmediate();
      if (this.#isBlocked(partition, before)) blocked += 1;
    }
    this.blocked = blocked;
  }

  /** @returns whether something was cut. */
  #step(partition: Partition, before: number): boolean {
    const end = this.#messages.cutEnd(partition, this.#offsets.slowest(partition), before, STEP);
    if (end === partition.first) return false;
    this.#database.transaction(() => {
      this.#offsets.write();
      this.#messages.cut(partition, end);
    });
    this.#offsets.clean();
    partition.first = end;
    return true;
  }

  #isBlocked(partition: Partition, before: number): boolean {
    const [oldest] = this.#messages.read(partition, partition.first, 1);
    return oldest !== undefined && oldest.timestamp < before;
  }

  #isEmpty(): boolean {
    return this.#partitions().every(({ partition }) => partition.first === partition.end);
  }

  #partitions(): readonly { readonly partition: Partition; readonly retentionMs: number }[] {
    return [...this.#catalog.topics].flatMap(({ partitions, retentionMs }) =>
      partitions.map((partition) => ({ partition, retentionMs })),
    );
  }
}
