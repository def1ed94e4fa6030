import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { Instance, type InstanceOptions, type Origin } from './instance.js';
import { type Address } from './upstream-url.js';

export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

const systemLookup: Lookup = (host) => dnsLookup(host, { all: true });

/** How old the addresses of a name may be, ms. */
const FRESH_MS = 5_000;

export interface InstancesOptions extends InstanceOptions {
  readonly secure: boolean;
  readonly addresses: readonly Address[];
  readonly clock: Clock;
  readonly lookup?: Lookup | undefined;
}

/** The instances behind an upstream URL, found by the addresses of its names, asked again as long as requests come. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #known = new Map<string, Instance>();
  #freshUntil = -Infinity;
  #refreshing: Promise<void> | undefined;
  #turn = 0;
  #closed = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** In turn; one that has just failed, or failed `except` now, only when there is no other. @throws AppError unavailable */
  async pick(except?: Instance): Promise<Instance> {
    await this.#refresh();
    const now = this.#options.clock.monotonic();
    const all = [...this.#known.values()];
    const others = all.filter((instance) => instance !== except);
    const well = others.filter((instance) => !instance.isResting(now));
    const [from = []] = [well, others, all].filter((group) => group.length > 0);
    const picked = from[this.#turn++ % from.length];
    if (!picked) throw unavailable('A part of the system is not there.');
    return picked;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#known.values()].map((instance) => instance.destroy()));
  }

  /** The first one waits for the names; later ones take what is known, while it is looked up anew. */
  async #refresh(): Promise<void> {
    if (this.#options.clock.monotonic() >= this.#freshUntil) {
      this.#refreshing ??= this.#lookUp().finally(() => (this.#refreshing = undefined));
    }
    if (this.#known.size === 0) await this.#refreshing;
  }

  /** A name that can't be looked up keeps the addresses that it had. Never rejects. */
  async #lookUp(): Promise<void> {
    const { addresses, clock } = this.#options;
    const found = await Promise.allSettled(addresses.map((address) => this.#resolve(address)));
    this.#freshUntil = clock.monotonic() + FRESH_MS;
    const origins = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (this.#closed || origins.length === 0) return;
    for (const [url, instance] of this.#known) {
      if (origins.some((origin) => origin.url === url) || found.some(isRejected)) continue;
      this.#known.delete(url);
      instance.retire();
    }
    for (const origin of origins)
      if (!this.#known.has(origin.url)) this.#known.set(origin.url, new Instance(origin, this.#options));
  }

  async #resolve({ host, port }: Address): Promise<Origin[]> {
    const { lookup = systemLookup, secure } = this.#options;
    const name = isIP(host) ? undefined : host;
    const hosts = name === undefined ? [host] : (await lookup(name)).map(({ address }) => address);
    return hosts.map((ip) => ({
      url: `${secure ? 'https' : 'http'}://${isIP(ip) === 6 ? `[${ip}]` : ip}:${port}`,
      name,
    }));
  }
}

const isRejected = ({ status }: PromiseSettledResult<unknown>): boolean => status === 'rejected';
