import { type Socket } from 'node:net';
import { runDetached } from '@storey/context';
import { isAppError, unavailable } from '@storey/errors';
import { closed } from '../failures.js';
import { defaultSockets, newCluster, type Broker, type Cluster, type SocketFactory } from './kafkajs.js';
import { type KafkaLocation } from './kafka-url.js';
import { refusalOf } from './refusals.js';

const CONNECT_MS = 2000;
/** For a request that should take milliseconds. */
export const REQUEST_MS = 5000;
/** The package keeps fetches, which may wait long, on the second connection to a broker. */
const FETCHES = 1;

const sockets = defaultSockets();

/**
 * Connections to the cluster for one purpose. Every piece of work has a deadline; one that goes unanswered takes the
 * connections with it, as on a half-open line the next would wait in vain too. The work after it connects anew, from
 * the list of the URL.
 */
export class Link {
  readonly #location: KafkaLocation;
  #current: Connected | undefined;
  #turn = 0;
  #closed = false;

  constructor(location: KafkaLocation) {
    this.#location = location;
  }

  /**
   * @param ms bound of connecting and work together
   * @param signal abandons the work and the fetches that are under way, but keeps the other connections
   * @throws the broker's refusal as it is (`refusalOf`), AppError `unavailable` when nobody answered
   */
  async run<T>(
    what: string,
    ms: number,
    work: (cluster: Cluster) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#closed) throw closed('The connection to Kafka');
    signal?.throwIfAborted();
    const connected = (this.#current ??= this.#open());
    const bound = new Bound(what, ms, signal);
    try {
      return await Promise.race([runDetached(() => connected.run(work)), bound.exceeded]);
    } catch (error) {
      const refusal = refusalOf(error);
      if (signal?.aborted) connected.interruptFetches();
      else if (!refusal && !isOurs(error)) this.#drop(connected);
      throw refusal ?? failure(error, what);
    } finally {
      bound.clear();
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    if (this.#current) this.#drop(this.#current);
  }

  #open(): Connected {
    const { brokers } = this.#location;
    const first = this.#turn++ % brokers.length;
    const rotated = [...brokers.slice(first), ...brokers.slice(0, first)];
    return new Connected({ ...this.#location, brokers: rotated });
  }

  #drop(connected: Connected): void {
    connected.destroy();
    if (this.#current === connected) this.#current = undefined;
  }
}

/** The package's cluster with its sockets in our hand: dropped, it cannot leave one behind. */
class Connected {
  readonly #sockets = new Set<Socket>();
  readonly #cluster: Cluster;
  #destroyed = false;

  constructor(location: KafkaLocation) {
    const bounds = { connectMs: CONNECT_MS, requestMs: REQUEST_MS };
    this.#cluster = newCluster(location, (to) => this.#socket(to), bounds);
  }

  async run<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    await this.#cluster.connect();
    return work(this.#cluster);
  }

  interruptFetches(): void {
    const { brokers, seedBroker } = this.#cluster.brokerPool;
    const known: readonly (Broker | undefined)[] = [seedBroker, ...Object.values(brokers)];
    for (const broker of known)
      broker?.connectionPool.pool[FETCHES]?.socket?.destroy(new Error('The fetch is no longer wanted.'));
  }

  destroy(): void {
    this.#destroyed = true;
    for (const socket of this.#sockets) socket.destroy(new Error('The connection was given up.'));
  }

  #socket(to: Parameters<SocketFactory>[0]): Socket {
    const socket = sockets(to) as Socket;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    if (this.#destroyed) socket.destroy(new Error('The connection was given up.'));
    return socket;
  }
}

class Bound {
  readonly exceeded: Promise<never>;
  readonly #clear: () => void;

  constructor(what: string, ms: number, signal: AbortSignal | undefined) {
    let reject: (reason: unknown) => void = () => undefined;
    this.exceeded = new Promise<never>((_, no) => (reject = no));
    this.exceeded.catch(() => undefined); // of interest only while the work runs
    const late = (): void => reject(unavailable(`Kafka did not answer (${what}) within ${ms} ms.`));
    const timer = setTimeout(late, ms);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#clear = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  clear(): void {
    this.#clear();
  }
}

/** A mistake of the caller, which says nothing about the connection. */
const isOurs = (error: unknown): boolean => isAppError(error) && error.kind !== 'unavailable';

const failure = (error: unknown, what: string): unknown =>
  isAppError(error) ? error : unavailable(`Kafka is out of reach (${what}).`, error);
