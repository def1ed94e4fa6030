import { Pool } from 'undici';

/** Where an instance is. */
export interface Origin {
  /** With its address, e.g. `http://10.0.0.7:8081`. */
  readonly url: string;
  /** The name under which it was found, which its certificate must bear; absent when it has none. */
  readonly name: string | undefined;
}

export interface InstanceOptions {
  /** Whom secure connections believe, in PEM; default: whom Node.js believes. */
  readonly ca?: Buffer | undefined;
}

/** Connections to one instance for requests that end by themselves, and requests that may wait for one. */
const CONNECTIONS = 256;
const MAX_WAITING = 512;
/** Connections for streams of events: as many as the gateway has listeners. */
const STREAMS = 20_000;

const CONNECT_MS = 1_000;
/** Idle connections are ended by us, before the BFF does: so a request never meets a connection that is just closing. */
const IDLE_MS = 10_000;
/** Behind one virtual address, this is how requests spread over new instances. */
const MAX_AGE_MS = 300_000;

/** An instance that did not answer is passed over this long, doubled each time, at most … */
const REST_MS = 500;
const MAX_REST_MS = 8_000;

/** One instance of a BFF and the connections to it. */
export class Instance {
  readonly #requests: Pool;
  readonly #streams: Pool;
  #running = 0;
  #failures = 0;
  #restUntil = -Infinity;

  constructor({ url, name }: Origin, { ca }: InstanceOptions) {
    const options = {
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      clientTtl: MAX_AGE_MS,
      bodyTimeout: 0,
      connectTimeout: CONNECT_MS,
      connect: { ...(name !== undefined && { servername: name }), ...(ca && { ca }) },
    };
    this.#requests = new Pool(url, { ...options, connections: CONNECTIONS });
    this.#streams = new Pool(url, { ...options, connections: STREAMS });
  }

  get isFull(): boolean {
    return this.#running >= CONNECTIONS + MAX_WAITING;
  }

  isResting(now: number): boolean {
    return now < this.#restUntil;
  }

  /** Where a request goes; `run` lasts as long as it does. */
  async use(streams: boolean, run: (pool: Pool) => Promise<void>): Promise<void> {
    if (streams) return run(this.#streams);
    this.#running++;
    try {
      await run(this.#requests);
    } finally {
      this.#running--;
    }
  }

  failed(now: number): void {
    this.#restUntil = now + Math.min(MAX_REST_MS, REST_MS * 2 ** this.#failures++);
  }

  answered(): void {
    this.#failures = 0;
  }

  /** It is not in the name any more: what runs may end. */
  retire(): void {
    for (const pool of [this.#requests, this.#streams]) void pool.close();
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#streams.destroy()]);
  }
}
