import { type Effect, type Undo } from './effect.js';

/** What makes effects outlive the process. A store without one forgets. */
export interface Durability {
  /**
   * Takes note of effects that memory has already; they are written with everything else of this turn.
   * When that write fails, `undo` is called, after those of all later effects.
   */
  append(effects: readonly Effect[], undo: Undo): void;
  /**
   * Settles with the write under way: `undefined` when there is none, else resolves when it is done or rejects with
   * AppError `unavailable`.
   */
  written(): Promise<void> | undefined;
  /** Rejects with AppError `unavailable` while nothing can be written. */
  probe(): Promise<void>;
  close(): Promise<void>;
}
