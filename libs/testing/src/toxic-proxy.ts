import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';

/** What is wrong with the line; the names are those of Toxiproxy. */
export type Toxic =
  | { readonly kind: 'none' }
  /** Every chunk comes `ms` later, in both directions. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** No more than so many bytes a second in each direction. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Half-open: connections are accepted and kept, and nothing comes through. */
  | { readonly kind: 'timeout' }
  /** The server is gone: connections are reset, new ones too. */
  | { readonly kind: 'down' };

export interface ToxicProxyOptions {
  readonly targetPort: number;
  readonly targetHost?: string;
  /** Default: any free one. */
  readonly port?: number;
}

/** A TCP proxy between an adapter and its server, on 127.0.0.1, for faults of the network. Starts healthy. */
export class ToxicProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #toxic: Toxic = { kind: 'none' };

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start({
    targetPort,
    targetHost = '127.0.0.1',
    port = 0,
  }: ToxicProxyOptions): Promise<ToxicProxy> {
    const server = createServer();
    const proxy = new ToxicProxy(server);
    server.on('connection', (client) => proxy.#accept(client, targetHost, targetPort));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now, on the side of the client. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** In force at once, for the connections that are open too. */
  set(toxic: Toxic): void {
    this.#toxic = toxic;
    if (toxic.kind === 'down') this.cut();
  }

  /** Resets every connection once; new ones pass. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket, host: string, port: number): void {
    if (this.#toxic.kind === 'down') return void client.resetAndDestroy();
    const server = connect(port, host);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // The end of one side is the end of the other; the reason is of no interest to a proxy.
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(new Line(() => this.#toxic)).pipe(other);
    }
  }
}

/** One direction of one connection. */
class Line extends Transform {
  readonly #toxic: () => Toxic;

  constructor(toxic: () => Toxic) {
    super();
    this.#toxic = toxic;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const toxic = this.#toxic();
    if (toxic.kind === 'timeout') return done();
    const delay = delayOf(toxic, chunk.length);
    if (delay === 0) return done(null, chunk);
    setTimeout(() => done(null, chunk), delay).unref();
  }
}

function delayOf(toxic: Toxic, bytes: number): number {
  if (toxic.kind === 'latency') return toxic.ms;
  return toxic.kind === 'bandwidth' ? (bytes / toxic.bytesPerSecond) * 1000 : 0;
}
