import { type Ticket } from './local-options.js';

interface Heard {
  /** When a change without version was heard last. */
  unversioned: number;
  /** The highest, 0: none. */
  version: bigint;
  /** Of late, as they rose. */
  recent: readonly Rise[];
  /** The highest of those that are forgotten. */
  forgotten: bigint;
}

interface Rise {
  readonly version: bigint;
  /** When it was heard, monotonic ms. */
  readonly at: number;
}

export type Refusal = 'overtaken' | 'outdated';

/** Rises that a group is remembered by. */
const RISES = 64;
/** Groups of each of two generations. The older one is forgotten whole. */
const REMEMBERED = 8192;

/** Which changes were heard when. Decides whether what was looked up since may still be kept. */
export class HeardChanges {
  readonly #limit: number;
  #young = new Map<string, Heard>();
  #old = new Map<string, Heard>();
  #heard = 0;
  /** `#heard` when the older generation was closed. */
  #closedAt = 0;
  /** Before this, groups were forgotten of which a ticket would have to know. */
  #knownSince = 0;

  constructor(limit = REMEMBERED) {
    this.#limit = limit;
  }

  ticket(): Ticket {
    return this.#heard as Ticket;
  }

  /**
   * @param version 0: none, so only what is looked up from now on has the change.
   * @param at monotonic ms; without it nothing that lacks the change is any good.
   */
  record(group: string, version: bigint, at = -Infinity): void {
    this.#heard += 1;
    const heard = this.#young.get(group) ?? this.#old.get(group) ?? neverHeard();
    if (version === 0n) heard.unversioned = this.#heard;
    else if (version > heard.version) rise(heard, { version, at });
    if (!this.#young.has(group)) this.#remember(group, heard);
  }

  /** When the first change was heard that a value of this version lacks, monotonic ms; `-Infinity` where nobody knows. */
  lackingSince(group: string, version: bigint): number {
    const heard = this.#young.get(group) ?? this.#old.get(group);
    if (!heard || version < heard.forgotten) return -Infinity;
    return Math.min(...heard.recent.filter((each) => each.version > version).map(({ at }) => at));
  }

  /** Tickets from before this call are void, whatever their group. */
  voidAll(): void {
    this.#heard += 1;
    this.#knownSince = this.#heard;
  }

  /** @param version of what was looked up; `undefined` when it has none. */
  refusal(group: string, ticket: Ticket, version: bigint | undefined): Refusal | undefined {
    if (ticket < this.#knownSince) return 'overtaken';
    const heard = this.#young.get(group) ?? this.#old.get(group);
    if (!heard) return undefined;
    if (heard.unversioned > ticket) return 'overtaken';
    return heard.version > (version ?? 0n) ? 'outdated' : undefined;
  }

  #remember(group: string, heard: Heard): void {
    if (this.#young.size >= this.#limit) {
      this.#knownSince = Math.max(this.#knownSince, this.#closedAt);
      this.#closedAt = this.#heard - 1;
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(group, heard);
  }
}

const neverHeard = (): Heard => ({ unversioned: 0, version: 0n, recent: [], forgotten: 0n });

function rise(heard: Heard, to: Rise): void {
  heard.version = to.version;
  heard.recent = [...heard.recent, to];
  if (heard.recent.length <= RISES) return;
  heard.forgotten = heard.recent[0]?.version ?? 0n;
  heard.recent = heard.recent.slice(1);
}
