import { type Scored } from './kv.js';

/** Absolute wall-clock ms; `Infinity` lives for ever. */
export type ExpiresAt = number;

export interface FieldWrite {
  readonly field: string;
  readonly value: Uint8Array;
  /** Who wrote it through `mergeIfNewer`; compared when two records have the same order. */
  readonly origin?: Origin;
}

export interface Origin {
  readonly device: string;
  readonly tie: number;
}

/**
 * What a verb did, as plain facts: no condition, no relative time, no randomness. Applying the same effects in the
 * same order always gives the same store, and applying a stretch of them twice changes nothing; replay and
 * compaction rest on that. `expiresAt` left out keeps the life the key has.
 */
export type Effect =
  | { readonly op: 'put'; readonly key: string; readonly value: Uint8Array; readonly expiresAt: ExpiresAt }
  | { readonly op: 'delete'; readonly key: string }
  | { readonly op: 'expire'; readonly key: string; readonly expiresAt: ExpiresAt }
  | {
      readonly op: 'setFields';
      readonly key: string;
      readonly fields: readonly FieldWrite[];
      readonly expiresAt?: ExpiresAt | undefined;
    }
  | { readonly op: 'deleteFields'; readonly key: string; readonly fields: readonly string[] }
  | {
      readonly op: 'addScored';
      readonly key: string;
      readonly members: readonly Scored[];
      readonly expiresAt?: ExpiresAt | undefined;
    }
  | { readonly op: 'removeScored'; readonly key: string; readonly members: readonly string[] }
  | { readonly op: 'flush' };

/** Takes an effect back. Undos run in the reverse order of their effects. */
export type Undo = () => void;
