import { systemClock, systemRandom, type Clock, type Random } from '@storey/context';
import { Groups } from './groups.js';
import { HeardChanges, type Refusal } from './heard-changes.js';
import { HotKeys } from './hot-keys.js';
import {
  type LocalChange,
  type LocalCopy,
  type LocalCounts,
  type LocalOptions,
  type Ticket,
} from './local-options.js';
import { roughSize } from './rough-size.js';
import { S3Fifo } from './s3-fifo.js';

/** What it costs to hold a copy, without the value. */
const OVERHEAD_BYTES = 500;
/** One copy may have this part of the bound: more would push out too much of what is read more. */
const LARGEST = 1 / 8;

interface Life {
  /** On the monotonic clock, as `shownUntil`. */
  freshUntil: number;
  shownUntil: number;
}

interface Resident<V> extends Life {
  readonly value: V | undefined;
  readonly version: bigint | undefined;
  readonly group: string;
}

interface Surroundings {
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Copies of values in this process, bounded in bytes, dropped or aged by what is heard of changes. Nothing depends on a copy:
 * whoever finds none looks further.
 */
export class LocalCopies<Id extends string | number | bigint, V> {
  readonly counts: LocalCounts = {
    hits: 0,
    stale: 0,
    misses: 0,
    kept: 0,
    overtaken: 0,
    outdated: 0,
    cold: 0,
    tooBig: 0,
    evicted: 0,
    expired: 0,
    demoted: 0,
    changes: 0,
    touched: 0,
  };
  /** What is read most; `undefined` where everything is kept. */
  readonly hot: HotKeys<Id> | undefined;
  readonly #options: LocalOptions<Id, V>;
  readonly #clock: Clock;
  readonly #heard = new HeardChanges();
  readonly #groups = new Groups<Id>();
  readonly #copies: S3Fifo<Id, Resident<V>>;

  constructor(
    options: LocalOptions<Id, V>,
    { clock = systemClock, random = systemRandom }: Surroundings = {},
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#copies = new S3Fifo(options.maxBytes, (id, copy) => {
      this.#groups.remove(copy.group, id);
      this.counts.evicted += 1;
    });
    if (options.promote === 'all') return;
    const onDemoted = (id: Id): void => this.#demote(id);
    this.hot = new HotKeys(options.hot, { clock, random, onDemoted });
  }

  get size(): number {
    return this.#copies.size;
  }

  get bytes(): number {
    return this.#copies.bytes;
  }

  /** Names that a change of a copy can have. */
  get groups(): number {
    return this.#groups.size;
  }

  /** Counts the read, whether there is a copy or not. */
  read(id: Id): LocalCopy<V> | undefined {
    const now = this.#clock.monotonic();
    this.hot?.count(id, now);
    const copy = this.#copies.get(id);
    if (copy && now < copy.shownUntil) {
      this.counts.hits += 1;
      if (now < copy.freshUntil) return { value: copy.value, fresh: true };
      this.counts.stale += 1;
      return { value: copy.value, fresh: false };
    }
    this.counts.misses += 1;
    if (copy) {
      this.counts.expired += 1;
      this.#remove(id, copy);
    }
    return undefined;
  }

  /** As `read`, of a fresh copy; finding none counts nothing. */
  readFresh(id: Id): V | undefined {
    const copy = this.#copies.get(id);
    if (copy?.value === undefined) return undefined;
    const now = this.#clock.monotonic();
    if (now >= copy.freshUntil) return undefined;
    this.hot?.count(id, now);
    this.counts.hits += 1;
    return copy.value;
  }

  /** As `read`, but counts nothing. */
  peek(id: Id): LocalCopy<V> | undefined {
    const now = this.#clock.monotonic();
    const copy = this.#copies.peek(id);
    if (!copy || now >= copy.shownUntil) return undefined;
    return { value: copy.value, fresh: now < copy.freshUntil };
  }

  /** Of all copies, as of now. */
  ids(): readonly Id[] {
    return [...this.#copies.keys()];
  }

  versionOf(value: V | undefined): bigint | undefined {
    return value === undefined ? undefined : this.#options.versionOf?.(value);
  }

  /** Take it before the look-up whose result may be kept. */
  ticket(): Ticket {
    return this.#heard.ticket();
  }

  /**
   * A value that lacks a change which was heard a moment ago may be shown as long as a copy of before may, and is not fresh.
   * @returns false, and does not keep it, when a change was heard since the ticket that the value may not have, when
   * something newer is kept, or when the id is read too seldom or its value too big.
   */
  keep(id: Id, value: V | undefined, ticket: Ticket): boolean {
    if (this.hot && !this.hot.isHot(id)) return this.#refuse('cold');
    const group = this.#groupOf(id);
    const version = this.versionOf(value);
    const life = this.#lifeOf(group, ticket, version);
    if (typeof life === 'string') return this.#refuse(life);
    const before = this.#copies.peek(id);
    if (version !== undefined && (before?.version ?? 0n) > version) return this.#refuse('outdated');
    const bytes = OVERHEAD_BYTES + (this.#options.sizeOf ?? roughSize)(value);
    if (bytes > this.#options.maxBytes * LARGEST) {
      // What is kept is older than this one.
      if (before) this.#remove(id, before);
      return this.#refuse('tooBig');
    }
    this.#copies.set(id, { value, version, group, ...life }, bytes);
    this.#groups.add(group, id);
    this.counts.kept += 1;
    return true;
  }

  /**
   * A copy whose version has the change is left alone; others go, or are no longer fresh and go after `staleMs`.
   * @returns the ids of those, to be made anew.
   */
  changed(group: string, { version, atOnce }: LocalChange): readonly Id[] {
    const named = this.#options.versionOf ? version : 0n;
    this.#heard.record(group, named, atOnce ? -Infinity : this.#clock.monotonic());
    const touched = this.#groups.of(group).filter((id) => this.#touch(id, named, atOnce));
    this.counts.changes += 1;
    this.counts.touched += touched.length;
    return touched;
  }

  /** What was looked up before will not be kept either. */
  drop(ids: Iterable<Id>): void {
    for (const id of ids) {
      this.#heard.record(this.#groupOf(id), 0n);
      const copy = this.#copies.peek(id);
      if (copy) this.#remove(id, copy);
    }
  }

  /** What was looked up before will not be kept either. */
  clear(): void {
    this.#heard.voidAll();
    this.#copies.clear();
    this.#groups.clear();
  }

  #lifeOf(group: string, ticket: Ticket, version: bigint | undefined): Life | Refusal {
    const { freshMs, staleMs } = this.#options;
    const now = this.#clock.monotonic();
    const refusal = this.#heard.refusal(group, ticket, version);
    if (!refusal) return { freshUntil: now + freshMs, shownUntil: now + freshMs + staleMs };
    if (refusal === 'overtaken' || version === undefined) return refusal;
    const shownUntil = this.#heard.lackingSince(group, version) + staleMs;
    return shownUntil > now ? { freshUntil: now, shownUntil } : refusal;
  }

  #touch(id: Id, version: bigint, atOnce: boolean): boolean {
    const copy = this.#copies.peek(id);
    if (!copy) return false;
    if (version > 0n && (copy.version ?? 0n) >= version) return false;
    const now = this.#clock.monotonic();
    copy.freshUntil = Math.min(copy.freshUntil, now);
    copy.shownUntil = atOnce ? now : Math.min(copy.shownUntil, now + this.#options.staleMs);
    if (copy.shownUntil <= now) this.#remove(id, copy);
    return true;
  }

  #groupOf(id: Id): string {
    return this.#options.groupOf?.(id) ?? String(id);
  }

  #refuse(reason: 'cold' | 'overtaken' | 'outdated' | 'tooBig'): false {
    this.counts[reason] += 1;
    return false;
  }

  #demote(id: Id): void {
    this.counts.demoted += 1;
    const copy = this.#copies.peek(id);
    if (copy) this.#remove(id, copy);
  }

  #remove(id: Id, copy: Resident<V>): void {
    this.#copies.delete(id);
    this.#groups.remove(copy.group, id);
  }
}
