import { type Snapshot } from '@storey/history';

/** Records remembered. */
const MAX = 50_000;

/**
 * Which snapshots this process has brought to the log, so that it need not again. Whoever is forgotten is sent once
 * more, which does no harm.
 */
export class PublishedSnapshots {
  readonly #known = new Map<string, string>();

  has(id: string, snapshot: Snapshot): boolean {
    return this.#known.get(id) === textOf(snapshot);
  }

  add(id: string, snapshot: Snapshot): void {
    this.#known.delete(id);
    this.#known.set(id, textOf(snapshot));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX && oldest !== undefined) this.#known.delete(oldest);
  }

  forget(id: string): void {
    this.#known.delete(id);
  }
}

const textOf = ({ title, coverUrl, url, part }: Snapshot): string =>
  JSON.stringify([title, coverUrl, url, part]);
