import { type CommitListener } from './sql.js';

/** Those who want to know of commits in this process. */
export class CommitListeners {
  readonly #listeners = new Set<CommitListener>();

  /** @returns stops the calls. */
  add(listener: CommitListener): () => void {
    const own: CommitListener = (tags) => listener(tags);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Each in a microtask of its own: what one throws is uncaught and keeps nobody else from being told. */
  tell(tags: readonly string[]): void {
    if (tags.length === 0) return;
    const told = new Set(tags);
    for (const listener of this.#listeners) queueMicrotask(() => listener(told));
  }
}
