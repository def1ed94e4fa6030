import { type Clock, type Random, systemClock, systemRandom } from '@storey/context';
import { AppError } from '@storey/errors';
import { EmbeddedKv } from './embedded-kv.js';
import { Engine } from './engine.js';
import { type KvNotice, openJournal } from './journal.js';
import { type Kv } from './kv.js';
import { Leases } from './leases.js';
import { openRedis } from './redis/open-redis.js';
import { isRedisUrl } from './redis/redis-url.js';
import { Store } from './store.js';

export interface KvOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Used where the URL says nothing. Default 64 MiB for `memory:`, 512 MiB for `file:`. */
  readonly maxBytes?: number;
  /** Called at named points, for a test to kill the process or to throw. */
  readonly faultPoint?: (name: string) => void;
  /** Told of what an operator should see in a log. */
  readonly onNotice?: (notice: KvNotice) => void;
  /**
   * `false` for state: a store that may evict is refused, a Redis by its `maxmemory-policy`. Default: any store will do.
   */
  readonly mayEvict?: boolean;
  /** How long to wait for a server that is not there. Default 10 s. */
  readonly openWithinMs?: number;
  /** A journal longer than this, and than four times what is alive, is rewritten. Default 64 MiB. */
  readonly compactAboveBytes?: number;
}

const MIB = 1024 * 1024;

/**
 * Opens a store by its URL; the scheme alone picks the adapter.
 * - `memory:` a cache of at most `maxBytes`, evicting what was used longest ago;
 * - `file:/abs/path` state of at most `maxBytes`, in memory with a journal at that path;
 * - `redis://[user[:password]@]host[:6379][/db]` a server, `redis+cluster://…host[:6379],host[:6379]…` a cluster, by one
 *   or more of its nodes; `rediss://` and `rediss+cluster://` by TLS.
 *
 * The first two take `?maxBytes=64mb` (b, kb, mb, gb; powers of 1024), the others `?passwordFile=`, `?ca=` (PEM of a
 * private authority), `?prefix=` (before every key) and `?timeoutMs=` (of a verb, 50 by default).
 * @throws AppError `internal` for a URL, a journal or a server that will not do, `unavailable` for a file in use or a
 * server that is not there in time.
 */
export async function openKv(url: string, options: KvOptions = {}): Promise<Kv> {
  const kv = isRedisUrl(url) ? await openRemote(url, options) : await openEmbedded(url, options);
  if (kv.evicts && options.mayEvict === false) {
    await kv.close();
    throw new AppError({ kind: 'internal', code: 'KV_SERVER_UNFIT', message: MAY_EVICT });
  }
  return kv;
}

const MAY_EVICT =
  'State must not be kept in a store that forgets to make room: use file:, or a Redis with ' +
  'maxmemory-policy noeviction, apart from the one that is a cache.';

function openRemote(url: string, options: KvOptions): Promise<Kv> {
  const { clock = systemClock, random = systemRandom, onNotice = nothing, openWithinMs = 10_000 } = options;
  return openRedis(url, { clock, random, onNotice, openWithinMs });
}

async function openEmbedded(url: string, options: KvOptions): Promise<Kv> {
  const parsed = parse(url);
  const { clock = systemClock, random = systemRandom } = options;
  const leases = new Leases(clock, random);
  const maxBytes = maxBytesOf(parsed) ?? options.maxBytes;
  switch (parsed.protocol) {
    case 'memory:':
      return new EmbeddedKv(new Engine(new Store(clock, true), leases, maxBytes ?? 64 * MIB, undefined));
    case 'file:': {
      const store = new Store(clock, false);
      const journal = await openJournal(pathOf(url, parsed), store, {
        faultPoint: options.faultPoint ?? nothing,
        onNotice: options.onNotice ?? nothing,
        compactAboveBytes: options.compactAboveBytes ?? 64 * MIB,
      });
      return new EmbeddedKv(new Engine(store, leases, maxBytes ?? 512 * MIB, journal));
    }
    default:
      throw wrongUrl(
        `no key-value store is known for ${parsed.protocol} (memory:, file:, redis:, rediss:, redis+cluster: and rediss+cluster: are)`,
      );
  }
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw wrongUrl(`not a URL: ${JSON.stringify(text)}`);
  return url;
}

function pathOf(text: string, url: URL): string {
  // Looked for in the text, as URL makes `file:a` and `file:../a` absolute.
  if (!/^file:(\/\/)?\/[^/]/i.test(text) || url.pathname.endsWith('/')) {
    throw wrongUrl(`file: wants the absolute path of a file, as in file:/var/lib/storey/state.kv`);
  }
  return decodeURIComponent(url.pathname);
}

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: MIB, gb: 1024 * MIB };

function maxBytesOf(url: URL): number | undefined {
  for (const name of url.searchParams.keys()) {
    if (name !== 'maxBytes') throw wrongUrl(`there is no setting ${name}, only maxBytes`);
  }
  const text = url.searchParams.get('maxBytes');
  if (text === null) return undefined;
  const [, digits, unit = 'b'] = /^(\d{1,12})(b|kb|mb|gb)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  if (!(bytes > 0)) throw wrongUrl(`maxBytes must be a number with b, kb, mb or gb, not ${text}`);
  return bytes;
}

const nothing = (): void => undefined;

const wrongUrl = (problem: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_URL_INVALID',
    message: `The key-value URL: ${problem}.`,
  });
