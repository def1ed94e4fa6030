import { type DescMethod, type DescService } from '@bufbuild/protobuf';
import { type InternalTokens } from '@storey/auth';
import { systemClock, type Clock } from '@storey/context';
import { InprocHub, InprocTransport } from './inproc.js';
import { misconfigured } from './misconfigured.js';
import { createClient } from './rpc-client.js';
import { RpcServer } from './rpc-server.js';
import { Rpc, type ClientOptions, type StrategyOptions } from './rpc.js';
import { type RpcClient } from './typed.js';
import { type Transport } from './wire.js';

/** Where each service is, by its short name, e.g. `{ comment: 'inproc:', account: 'grpc://account:50051' }`. */
export type RpcUrls = Readonly<Record<string, string>>;

export interface RpcOptions {
  readonly tokens: InternalTokens;
  readonly clock?: Clock;
  /** Shared by every Rpc of one process whose apps shall find each other; by default each has its own. */
  readonly hub?: InprocHub;
  /** Address that a `grpc:` server listens on, at the port of its own URL; default 127.0.0.1. */
  readonly listenHost?: string;
  /** Told of every call: from the calling app to `target/method`, e.g. `comment/Publish`. */
  readonly onEdge?: (from: string, to: string) => void;
  /** Told of every defect in a handler, with the path of its method; the caller only hears `internal`. */
  readonly onError: (error: unknown, method: string) => void;
}

/**
 * Knows the services at `urls`:
 *
 * - `inproc:`: in this process.
 * - `grpc://host:port`: every address that the name has, asked again every 10 s. Instances without a name of their own
 *   are listed: `grpc://10.0.0.1:50051,10.0.0.2:50051`.
 * - `grpcs://host:port?ca=/path/ca.pem`: the same over TLS. Who serves it adds `&cert=/path/cert.pem&key=/path/key.pem`.
 *
 * @throws AppError `internal`, code `RPC_MISCONFIGURED`, naming the service whose URL must be changed.
 */
export async function openRpc(urls: RpcUrls, options: RpcOptions): Promise<Rpc> {
  const inproc = new InprocTransport(options.hub ?? new InprocHub());
  const transports = new Map<string, Transport>();
  for (const [target, url] of Object.entries(urls)) {
    transports.set(target, url === 'inproc:' ? inproc : await openGrpc(target, url, options));
  }
  return new UrlRpc(transports, options);
}

/** gRPC is loaded by those alone who use it: it costs memory and time at the start. */
async function openGrpc(target: string, url: string, { listenHost = '127.0.0.1' }: RpcOptions) {
  if (!/^grpcs?:/.test(url))
    throw misconfigured(
      `The rpc URL of "${target}" must be inproc:, grpc://host:port or grpcs://host:port, not "${url}".`,
    );
  const { openGrpcTransport } = await import('./grpc/grpc-transport.js');
  return openGrpcTransport(target, url, { listenHost });
}

class UrlRpc extends Rpc {
  readonly #transports: ReadonlyMap<string, Transport>;
  readonly #options: RpcOptions;
  readonly #clock: Clock;

  constructor(transports: ReadonlyMap<string, Transport>, options: RpcOptions) {
    super();
    this.#transports = transports;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  client<S extends DescService>(service: S, { target, from }: ClientOptions): RpcClient<S> {
    const { tokens, onEdge } = this.#options;
    const onCall = ({ name }: DescMethod): void => onEdge?.(from, `${target}/${name}`);
    const wire = this.#transportOf(target).connect(target);
    return createClient(service, wire, { target, tokens, clock: this.#clock, onCall });
  }

  strategy(services: readonly DescService[], { target }: StrategyOptions): RpcServer {
    const { tokens, onError } = this.#options;
    const transport = this.#transportOf(target);
    return new RpcServer(services, { target, tokens, clock: this.#clock, onError }, (wire) =>
      transport.serve(target, wire, services),
    );
  }

  async close(): Promise<void> {
    for (const transport of this.#transports.values()) await transport.close();
  }

  #transportOf(target: string): Transport {
    const transport = this.#transports.get(target);
    if (!transport) throw new Error(`No rpc URL is set for "${target}".`);
    return transport;
  }
}
