import { lookup as dnsLookup } from 'node:dns/promises';
import { experimental, status, Metadata } from '@grpc/grpc-js';

/** The URI scheme of a name that is looked up again and again. */
export const POLLED_DNS = 'polled-dns';

/** Channel options of this resolver. */
export const LOOKUP_OPTION = 'storey.lookup';
export const INTERVAL_OPTION = 'storey.lookup_interval_ms';

export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/** How old the addresses of a name may be, ms. */
const INTERVAL_MS = 10_000;
/** Between two lookups that connections in trouble ask for, ms. */
const MIN_INTERVAL_MS = 500;

/**
 * The addresses of a name, by the system's own resolver, every 10 s. gRPC's resolver asks again only when a connection
 * breaks, so that it would not find an instance that was added. A lookup that fails leaves the addresses as they were.
 */
export class PolledDns implements experimental.Resolver {
  readonly #listener: experimental.ResolverListener;
  readonly #host: string;
  readonly #port: number;
  readonly #lookup: Lookup;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = 0;
  #known = '';
  /** Counts the lives of the resolver, so that an answer for an earlier one is not taken. */
  #life = 0;

  constructor(
    target: experimental.GrpcUri,
    listener: experimental.ResolverListener,
    options: Readonly<Record<string, unknown>>,
  ) {
    const { host, port = 0 } = experimental.splitHostPort(target.path) ?? { host: target.path };
    this.#listener = listener;
    this.#host = host;
    this.#port = port;
    this.#lookup =
      (options[LOOKUP_OPTION] as Lookup | undefined) ?? ((name) => dnsLookup(name, { all: true }));
    this.#intervalMs = (options[INTERVAL_OPTION] as number | undefined) ?? INTERVAL_MS;
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }

  updateResolution(): void {
    this.#schedule(this.#nextAt - performance.now());
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#known = '';
    this.#nextAt = 0;
    this.#life++;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#resolve(), Math.max(0, ms));
    this.#timer.unref();
  }

  async #resolve(): Promise<void> {
    const life = this.#life;
    this.#nextAt = performance.now() + MIN_INTERVAL_MS;
    try {
      const found = await this.#lookup(this.#host);
      if (life === this.#life) this.#tell(found.map(({ address }) => address));
    } catch (error) {
      if (life === this.#life && this.#known === '') this.#tellFailure(error as Error);
    }
    if (life === this.#life) this.#schedule(this.#known === '' ? MIN_INTERVAL_MS : this.#intervalMs);
  }

  #tell(hosts: readonly string[]): void {
    const known = hosts.toSorted().join();
    if (known === this.#known) return;
    this.#known = known;
    const endpoints = hosts.map((host) => ({ addresses: [{ host, port: this.#port }] }));
    this.#listener(experimental.statusOrFromValue(endpoints), {}, null, '');
  }

  #tellFailure({ message }: Error): void {
    const error = { code: status.UNAVAILABLE, details: message, metadata: new Metadata() };
    this.#listener(experimental.statusOrFromError(error), {}, null, '');
  }
}

experimental.registerResolver(POLLED_DNS, PolledDns);
