/** When an id counts as hot. Windows are rotated as reads come: there is no timer. */
export interface HotOptions {
  /** What is looked back on, ms. Default 5,000. */
  readonly spanMs?: number;
  /** The span is counted in so many windows. Default 10. */
  readonly windows?: number;
  /** At most so many ids are followed exactly, and hot. Default 1,000. */
  readonly topK?: number;
  /** Reads within the span that make an id hot. It stays so until it falls below half of that. Default 20. */
  readonly promoteAt?: number;
}

export interface LocalOptions<Id, V> {
  /** Bound over all copies: `sizeOf` of each and what it costs to hold it. One copy may have an eighth of it. */
  readonly maxBytes: number;
  /** A copy is current for so long unless a change is heard. `Infinity`: until then, or until it is evicted. */
  readonly freshMs: number;
  /** So much longer it may be shown while a new one is made; 0: not. */
  readonly staleMs: number;
  /** `hot`: only ids that are read often are kept, as long as they are. `all`: whatever is read. */
  readonly promote: 'hot' | 'all';
  /** What a change names, e.g. the subject of many pages. Default: the id as text. */
  readonly groupOf?: (id: Id) => string;
  /** Whatever was changed up to this version is in the value. Older ones than was heard of are not kept. */
  readonly versionOf?: (value: V) => bigint;
  /** In bytes; `undefined` is what is known not to exist. Default: a rough estimate. */
  readonly sizeOf?: (value: V | undefined) => number;
  readonly hot?: HotOptions;
}

export interface LocalCopy<V> {
  /** `undefined`: it is known that there is none. */
  readonly value: V | undefined;
  /** False: changed or aged since, to be shown only while a new one is made. */
  readonly fresh: boolean;
}

/** Names the moment before a look-up. Good for one process and one `LocalCopies`. */
export type Ticket = number & { readonly ticket: unique symbol };

export interface LocalChange {
  /** The first version with the change; 0 where there are no versions. */
  readonly version: bigint;
  /** Not to be shown a moment longer, not even as stale. */
  readonly atOnce: boolean;
}

/** Since the start, in copies. */
export interface LocalCounts {
  hits: number;
  /** Hits that were not fresh. */
  stale: number;
  misses: number;
  kept: number;
  /** Not kept: a change was heard since the ticket. */
  overtaken: number;
  /** Not kept: older than what was heard of or is kept already. */
  outdated: number;
  /** Not kept: not read often enough. */
  cold: number;
  /** Not kept: over an eighth of the bound. */
  tooBig: number;
  evicted: number;
  /** Past fresh and stale, noticed by a read. */
  expired: number;
  /** Were hot and are not any more. */
  demoted: number;
  /** Calls of `changed`, and copies that it has touched. */
  changes: number;
  touched: number;
}
