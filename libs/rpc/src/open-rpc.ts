import { type DescMethod, type DescService } from '@bufbuild/protobuf';
import { type InternalTokens } from '@storey/auth';
import { systemClock, type Clock } from '@storey/context';
import { InprocHub, InprocTransport } from './inproc.js';
import { createClient } from './rpc-client.js';
import { RpcServer } from './rpc-server.js';
import { Rpc, type ClientOptions, type StrategyOptions } from './rpc.js';
import { type RpcClient } from './typed.js';
import { type Transport } from './wire.js';

/** Where each service is, by its short name, e.g. `{ comment: 'inproc:' }`. */
export type RpcUrls = Readonly<Record<string, string>>;

export interface RpcOptions {
  readonly tokens: InternalTokens;
  readonly clock?: Clock;
  /** Shared by every Rpc of one process whose apps shall find each other; by default each has its own. */
  readonly hub?: InprocHub;
  /** Told of every call: from the calling app to `target/method`, e.g. `comment/Publish`. */
  readonly onEdge?: (from: string, to: string) => void;
  /** Told of every defect in a handler, with the path of its method; the caller only hears `internal`. */
  readonly onError: (error: unknown, method: string) => void;
}

/** @throws Error naming the service whose URL has a scheme that no transport exists for. */
export async function openRpc(urls: RpcUrls, options: RpcOptions): Promise<Rpc> {
  const inproc = new InprocTransport(options.hub ?? new InprocHub());
  const transports = Object.entries(urls).map(
    ([target, url]) => [target, byScheme(target, url, inproc)] as const,
  );
  return new UrlRpc(new Map(transports), options);
}

function byScheme(target: string, url: string, inproc: Transport): Transport {
  if (url === 'inproc:') return inproc;
  throw new Error(`The rpc URL of "${target}" must be inproc:, not "${url}".`);
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
      transport.serve(target, wire),
    );
  }

  #transportOf(target: string): Transport {
    const transport = this.#transports.get(target);
    if (!transport) throw new Error(`No rpc URL is set for "${target}".`);
    return transport;
  }
}
