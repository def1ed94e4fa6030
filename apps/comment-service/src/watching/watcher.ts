import { type Message } from '@storey/events';

/** Messages that wait for a slow reader before it is told to begin anew. */
const MAX_WAITING = 256;

/** One reader of one subject: messages in the order of the log, each once, in a bounded buffer. */
export class Watcher {
  readonly #waiting: Message[] = [];
  /** The lowest offset that was not taken yet. */
  #next: bigint;
  #overrun = false;
  #closed = false;
  #wake: () => void = () => undefined;

  /** @param next the first offset of interest. */
  constructor(next: bigint) {
    this.#next = next;
  }

  /** True when messages were lost because they were not taken in time. */
  get overrun(): boolean {
    return this.#overrun;
  }

  push(message: Message): void {
    if (message.offset < this.#next || this.#overrun) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#overrun = true;
      this.#waiting.length = 0;
    } else {
      this.#next = message.offset + 1n;
      this.#waiting.push(message);
    }
    this.#wake();
  }

  /** What was read up to here by other means is not wanted any more. */
  skipTo(offset: bigint): void {
    if (offset <= this.#next) {
      const kept = this.#waiting.filter((message) => message.offset >= offset);
      this.#waiting.splice(0, this.#waiting.length, ...kept);
      return;
    }
    this.#waiting.length = 0;
    this.#next = offset;
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** @returns the next message; undefined when the watcher was closed or overrun. */
  async take(signal: AbortSignal): Promise<Message | undefined> {
    while (!this.#closed && !this.#overrun && !signal.aborted) {
      const message = this.#waiting.shift();
      if (message) return message;
      await this.#pushed(signal);
    }
    return undefined;
  }

  #pushed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#wake = wake;
    });
  }
}
