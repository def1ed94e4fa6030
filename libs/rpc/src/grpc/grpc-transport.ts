import { readFile } from 'node:fs/promises';
import { Client, ServerCredentials, credentials, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { type DescService } from '@bufbuild/protobuf';
import { runDetached } from '@storey/context';
import { misconfigured } from '../misconfigured.js';
import { type Served, type Transport, type Wire } from '../wire.js';
import { clientOptions, type Keepalive } from './grpc-options.js';
import { GrpcServer } from './grpc-server.js';
import { channelTarget, parseGrpcUrl, type GrpcUrl } from './grpc-url.js';
import { GrpcWire } from './grpc-wire.js';
import { INTERVAL_OPTION, LOOKUP_OPTION, POLLED_DNS, type Lookup } from './polled-dns.js';

// It would print on the console what every failed call says anyway.
setLogVerbosity(logVerbosity.NONE);

export interface GrpcOptions {
  /** Address to listen on, when this process serves the target. */
  readonly listenHost: string;
  readonly keepalive?: Keepalive;
  /** Finds the addresses of a name; default: the system's resolver, every 10 s. */
  readonly lookup?: Lookup;
  readonly lookupIntervalMs?: number;
}

/** @throws AppError `RPC_MISCONFIGURED` for a URL, or a file named by it, that can't be used. */
export async function openGrpcTransport(
  target: string,
  url: string,
  options: GrpcOptions,
): Promise<Transport> {
  const parsed = parseGrpcUrl(target, url);
  const read = (name: 'ca' | 'cert' | 'key'): Promise<Buffer | undefined> =>
    readPem(parsed[name], `${name} of the rpc URL of "${target}"`);
  const [ca, cert, key] = await Promise.all([read('ca'), read('cert'), read('key')]);
  return new GrpcTransport(parsed, { ca, cert, key }, options);
}

interface Pems {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

async function readPem(path: string | undefined, what: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw misconfigured(`The ${what} can't be read: ${(error as Error).message}`, error);
  }
}

/** One target behind gRPC: one channel for all its clients, as long as the process lives. */
class GrpcTransport implements Transport {
  readonly #url: GrpcUrl;
  readonly #pems: Pems;
  readonly #options: GrpcOptions;
  #client: Client | undefined;

  constructor(url: GrpcUrl, pems: Pems, options: GrpcOptions) {
    this.#url = url;
    this.#pems = pems;
    this.#options = options;
  }

  connect(): Wire {
    this.#client ??= runDetached(() => this.#open());
    return new GrpcWire(this.#client);
  }

  async serve(target: string, wire: Wire, services: readonly DescService[]): Promise<Served> {
    const { listenHost, keepalive } = this.#options;
    const [{ port }, ...others] = this.#url.addresses;
    if (others.length > 0) throw misconfigured(`"${target}" needs a URL of its own alone to be served.`);
    const at = { host: listenHost, port };
    const credentials = this.#serverCredentials(target);
    return runDetached(() => GrpcServer.listen(wire, services, { target, at, credentials, keepalive }));
  }

  async close(): Promise<void> {
    this.#client?.close();
  }

  #open(): Client {
    const { keepalive, lookup, lookupIntervalMs } = this.#options;
    const { ca = null, cert = null, key = null } = this.#pems;
    const security = this.#url.secure ? credentials.createSsl(ca, key, cert) : credentials.createInsecure();
    return new Client(channelTarget(this.#url, POLLED_DNS), security, {
      ...clientOptions(keepalive),
      ...(lookup && { [LOOKUP_OPTION]: lookup }),
      ...(lookupIntervalMs !== undefined && { [INTERVAL_OPTION]: lookupIntervalMs }),
    });
  }

  #serverCredentials(target: string): ServerCredentials {
    if (!this.#url.secure) return ServerCredentials.createInsecure();
    const { cert, key } = this.#pems;
    if (cert && key) return ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
    throw misconfigured(`The rpc URL of "${target}" needs ?cert= and &key= for it to be served over TLS.`);
  }
}
