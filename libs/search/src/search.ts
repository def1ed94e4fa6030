import { type AppError } from '@storey/errors';

/** What is kept under which name; the same to every process that opens it. */
export interface SearchIndex {
  /** `[a-z][a-z_]{0,31}`. */
  readonly name: string;
  /** What can be filtered by, each `[a-z][a-z_]{0,31}`; at most 16. */
  readonly keywords: readonly string[];
}

export interface SearchDocument {
  /** 1 to 2^63-1. */
  readonly id: bigint;
  /** From 1; a document never gives way to one of a lower or equal version. */
  readonly version: bigint;
  /** At most 64 KiB; only its tokens are kept. */
  readonly text: string;
  /** Of the names of the index; what is left out is empty. Each at most 256 characters. */
  readonly keywords: Readonly<Record<string, string>>;
  /** Epoch ms, what `new` and `old` sort by. Must not change between versions, or walks may miss or repeat it. */
  readonly at: number;
}

/** That there is no such document any more, as of `version`. The mark stays: a late older `put` changes nothing. */
export type Removal = Pick<SearchDocument, 'id' | 'version'>;

/** A document that can never be stored as it is; its neighbours are stored. */
export interface Refusal {
  readonly id: bigint;
  /** Of kind `invalid`. */
  readonly cause: AppError;
}

/**
 * `relevance`: first what has the words of the query side by side and in its order, then the shorter text (by doublings
 * of its length), then the newer id. Nothing of it depends on other documents, so a walk stays in order while they change.
 * `new`, `old`: by `at`, then by id.
 */
export type SearchSort = 'relevance' | 'new' | 'old';

export interface SearchQuery {
  /** Plain words, all of which must be there; nothing in it is an operator. Absent: every document. Without a word: none. */
  readonly text?: string;
  /** Any of the values, for each name. */
  readonly keywords?: Readonly<Record<string, readonly string[]>>;
  /** Epoch ms, both inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly sort: SearchSort;
  /** The position of the hit behind which to go on, under the same query. */
  readonly after?: Uint8Array;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface Hit {
  readonly id: bigint;
  /** At most 32 bytes, to be given back as `after`. */
  readonly position: Uint8Array;
}

/** Finds ids; what they stand for is read where it is true. What was put is found within a second or so. */
export abstract class Search {
  /**
   * @param documents at most 1,000.
   * @returns those that can never be stored. The others are stored, or known in a newer version.
   * @throws AppError `unavailable` when some may not be stored: put all of them again.
   */
  abstract put(documents: readonly SearchDocument[]): Promise<readonly Refusal[]>;

  /** @param removals at most 1,000. @returns and throws as `put`. */
  abstract remove(removals: readonly Removal[]): Promise<readonly Refusal[]>;

  /** @throws AppError `unavailable`; `invalid` COMMON_CURSOR_INVALID for a position of another sort. */
  abstract find(query: SearchQuery, signal?: AbortSignal): Promise<readonly Hit[]>;

  /** @throws AppError `unavailable` */
  abstract ping(): Promise<void>;
  abstract close(): Promise<void>;
}
