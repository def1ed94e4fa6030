import { Redis } from 'ioredis';
import { type Clock, type Random } from '@storey/context';
import { AppError, isAppError, unavailable } from '@storey/errors';
import { type KvNotice } from '../journal.js';
import { type Client, createClient } from './client-options.js';
import { OneWrite } from './one-write.js';
import { refusesForGood, saysNoScript, toKvError } from './redis-errors.js';
import { type RedisPlace } from './redis-url.js';
import { type Script } from './script.js';

export type Argument = string | Buffer | number;

export interface RedisConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly onNotice: (notice: KvNotice) => void;
  /** How long `open` waits for a server that is not there. */
  readonly openWithinMs: number;
}

/** Commands that the server owes us an answer to; more are refused. A server that is well owes some dozens. */
const MAX_IN_FLIGHT = 4096;
const PING_EVERY_MS = 300;
/** A whole database is forgotten in no time, or this long. */
const SLOW_MS = 30_000;
const GOODBYE_MS = 500;

/**
 * A client that answers within its time, whatever the network does: a command resolves, or rejects with `unavailable`
 * after `timeoutMs`, and is never sent twice. A time of our own, as that of the client ignores its queues, and also cuts
 * short the handshake.
 */
export class RedisConnection {
  readonly #client: Client;
  readonly #options: RedisConnectionOptions;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #oneWrite = new OneWrite();
  #inFlight = 0;
  #closed = false;
  #connected = false;
  #cancelPing: (() => void) | undefined;

  private constructor(client: Client, place: RedisPlace, options: RedisConnectionOptions) {
    this.#client = client;
    this.#options = options;
    this.#prefix = place.prefix;
    this.#timeoutMs = place.timeoutMs;
    // Each is told by the verbs that fail; unheard, they would end up on the console.
    client.on('error', (error) => this.#refused(error));
    client.on('close', () => this.#told(false, place.name));
    client.on('ready', () => this.#told(true, place.name));
  }

  /** @throws AppError `unavailable` when no server is there in time, `internal` when it will not have us. */
  static async open(place: RedisPlace, options: RedisConnectionOptions): Promise<RedisConnection> {
    const client = await createClient(place, options.random);
    const connection = new RedisConnection(client, place, options);
    try {
      await connection.#ready(place);
    } catch (error) {
      client.disconnect();
      throw error;
    }
    connection.#watch();
    return connection;
  }

  get isCluster(): boolean {
    return this.#client.isCluster;
  }

  /** Commands without an answer, those of verbs that were given up among them. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Keys among the arguments are whole, see `key`. */
  send(command: string, args: readonly Argument[]): Promise<unknown> {
    return this.#bounded(this.#timeoutMs, () => {
      if (this.#client instanceof Redis) this.#oneWrite.gather(this.#client.stream);
      return this.#client.callBuffer(command, [...args]);
    });
  }

  /** The script by its hash, or by its text to a server that does not know it yet, which has done nothing then. */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys.map((key) => this.key(key)), ...args];
    try {
      return await this.send('EVALSHA', [script.sha, ...rest]);
    } catch (error) {
      if (!saysNoScript(error instanceof AppError ? error.cause : undefined)) throw error;
      return this.send('EVAL', [script.lua, ...rest]);
    }
  }

  key(key: string): string {
    return this.#prefix + key;
  }

  /** To every server that holds keys; may take long. */
  async everywhere<T>(act: (server: Redis) => Promise<T>, withinMs = SLOW_MS): Promise<readonly T[]> {
    const servers = this.#servers();
    if (servers.length === 0) throw unavailable('The key-value store does not answer.');
    return Promise.all(servers.map((server) => this.#bounded(withinMs, () => act(server))));
  }

  async ping(): Promise<void> {
    await this.everywhere((server) => server.ping(), this.#timeoutMs);
  }

  async flush(): Promise<void> {
    await this.everywhere(async (server) => {
      if (this.#prefix === '') await server.flushdb();
      else await removeByPrefix(server, this.#prefix);
    });
  }

  /** Ends after what is under way was answered or given up. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelPing?.();
    const { clock } = this.#options;
    const until = clock.monotonic() + this.#timeoutMs;
    while (this.#inFlight > 0 && clock.monotonic() < until) await clock.sleep(1);
    // A client that is not connected ends without a word.
    const isOpen = this.#client.status === 'ready' || this.#client.status === 'connect';
    const ended = new Promise<void>((resolve) => {
      this.#client.once('end', resolve);
      clock.after(isOpen ? GOODBYE_MS : 0, resolve);
    });
    this.#client.disconnect();
    await ended;
  }

  async #bounded<T>(withinMs: number, command: () => Promise<T>): Promise<T> {
    if (this.#closed) throw unavailable('The key-value store is closed.');
    if (this.#inFlight >= MAX_IN_FLIGHT) throw unavailable('Too much is asked of the key-value store.');
    this.#inFlight += 1;
    return new Promise((resolve, reject) => {
      const cancel = this.#after(withinMs, () =>
        reject(unavailable(`The key-value store did not answer within ${withinMs} ms.`)),
      );
      command()
        .then(resolve, (error: unknown) => reject(toKvError(error)))
        .finally(() => {
          this.#inFlight -= 1;
          cancel();
        });
    });
  }

  /**
   * Calls `late` after `withinMs` in which the server could answer: a stall of our own, in which the command may not even
   * have left, is not held against it. @returns stops that.
   */
  #after(withinMs: number, late: () => void): () => void {
    const { clock } = this.#options;
    const end = clock.monotonic() + withinMs;
    let cancel = clock.after(withinMs, () => {
      const stalled = clock.monotonic() > end + withinMs;
      // One look at the socket later, as the answer may lie there already.
      if (stalled) cancel = clock.after(withinMs, () => setImmediate(late));
      else setImmediate(late);
    });
    return () => cancel();
  }

  #servers(): readonly Redis[] {
    return this.#client instanceof Redis ? [this.#client] : this.#client.nodes('master');
  }

  /** Sees to it that there is always a command that a dead connection does not answer, by which it is found out. */
  #watch(): void {
    this.#cancelPing = this.#options.clock.after(PING_EVERY_MS, () => {
      for (const server of this.#servers()) {
        if (server.status === 'ready') server.ping().catch(toKvError);
      }
      this.#watch();
    });
  }

  /** The client goes on in database 0 when it is not given the one it asked for. */
  #refused(error: unknown): void {
    if (this.#client instanceof Redis && refusesForGood(error)) this.#client.disconnect(true);
  }

  /** Once for each change: while the server is away, every try closes once more. */
  #told(connected: boolean, server: string): void {
    if (this.#closed || this.#connected === connected) return;
    this.#connected = connected;
    this.#options.onNotice({ kind: connected ? 'connected' : 'disconnected', server });
  }

  async #ready(place: RedisPlace): Promise<void> {
    const { clock, openWithinMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let last: unknown;
    const failed = (error: unknown): void => {
      last = error;
      if (refusesForGood(error)) reject(refused(place, error));
    };
    const cancel = clock.after(openWithinMs, () => reject(notThere(place, openWithinMs, last)));
    this.#client.once('ready', resolve).on('error', failed).on('node error', failed);
    this.#client.connect().catch(failed);
    try {
      await promise;
    } finally {
      cancel();
      this.#client.off('error', failed).off('node error', failed);
    }
  }
}

async function removeByPrefix(server: Redis, prefix: string): Promise<void> {
  for await (const keys of server.scanStream({ match: `${prefix}*`, count: 1000 })) {
    const found = keys as readonly string[];
    // One by one, as the keys of one command would have to share a slot of a cluster.
    await Promise.all(found.map((key) => server.unlink(key)));
  }
}

const notThere = ({ name }: RedisPlace, withinMs: number, cause: unknown): AppError =>
  unavailable(
    `The key-value store at ${name} was not there within ${withinMs / 1000} s${because(cause)}. ` +
      'Is it running, and is the key-value URL right?',
    cause,
  );

const refused = ({ name }: RedisPlace, cause: unknown): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_URL_INVALID',
    message: `The key-value URL: the server at ${name} refuses it${because(cause)}.`,
    cause,
  });

const because = (cause: unknown): string =>
  cause instanceof Error && cause.message !== '' && !isAppError(cause) ? `: ${cause.message}` : '';
