import { type Writable } from 'node:stream';

/**
 * Commands of one turn of the event loop leave in one write to the socket: a write each costs more than all else about
 * them. What the client offers for it (`enableAutoPipelining`) breaks commands by name and scripts of a cluster
 * (redis/ioredis#1923, #2109).
 */
export class OneWrite {
  #held: Writable | undefined;

  /** @param stream that is about to be written to; one that is not there yet is left alone. */
  gather(stream: Writable | undefined): void {
    if (!stream || stream === this.#held) return;
    this.#held = stream;
    stream.cork();
    setImmediate(() => {
      if (this.#held === stream) this.#held = undefined;
      stream.uncork();
    });
  }
}
