import { sizeOf } from '../limits.js';
import { type Message } from '../event-log.js';

/** A fetched message on its way. */
export interface Entry {
  readonly message: Message;
  readonly bytes: number;
}

interface Place {
  readonly offset: bigint;
  handed: boolean;
  finished: boolean;
}

/** What was fetched beyond the lowest unfinished message, in the order of the partition. */
export class Window {
  #places: Place[] = [];
  /** What lies before is finished. */
  #head = 0;
  readonly #open = new Map<Entry, Place>();
  #bytes = 0;

  /** From the lowest unfinished message to the last: finished ones in between count, as they come again after a death. */
  get length(): number {
    return this.#places.length - this.#head;
  }

  /** Of what is unfinished. */
  get bytes(): number {
    return this.#bytes;
  }

  get lowestUnfinished(): bigint | undefined {
    return this.#places[this.#head]?.offset;
  }

  /** The lowest that no handler has seen. */
  get lowestUnseen(): bigint | undefined {
    for (let at = this.#head; at < this.#places.length; at += 1) {
      const place = this.#places[at];
      if (place && !place.handed) return place.offset;
    }
    return undefined;
  }

  add(message: Message): Entry {
    const entry = { message, bytes: sizeOf(message) };
    const place = { offset: message.offset, handed: false, finished: false };
    this.#places.push(place);
    this.#open.set(entry, place);
    this.#bytes += entry.bytes;
    return entry;
  }

  handOver(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const place = this.#open.get(entry);
      if (place) place.handed = true;
    }
  }

  finish(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const place = this.#open.get(entry);
      if (!place) continue;
      place.finished = true;
      this.#open.delete(entry);
      this.#bytes -= entry.bytes;
    }
    while (this.#places[this.#head]?.finished) this.#head += 1;
    this.#compact();
  }

  /** Each place is moved at most once for each place that went. */
  #compact(): void {
    if (this.#head * 2 < this.#places.length) return;
    this.#places = this.#places.slice(this.#head);
    this.#head = 0;
  }
}
