import { HashRing, PipelineSize, ShardedStore, type CacheStore } from '@storey/cache';
import { AppError } from '@storey/errors';
import { openKv, type Kv, type KvOptions } from '@storey/kv';

/** What caches ask of their store, and what running one takes. A `Kv` is one. */
export interface SharedCache extends CacheStore {
  /** @throws AppError `unavailable` when nothing of it answers. */
  ping(): Promise<void>;
  /** Forgets everything. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Keys that one node is asked for at once. */
const PIPELINE = { min: 50, max: 500 };

const RING = /^(rediss?)\+ring:\/\/((?:[^/?#@]*@)?)([^/?#@]+)((?:\?[^#]*)?)$/i;

/**
 * Opens the cache that processes share: one store, or as `redis+ring://[user[:password]@]host:port,host:port…` several
 * servers that know nothing of each other, a key at the one that a ring of hashes says. When one comes or goes the others
 * keep what they hold; each older list of servers, oldest first, goes with `?was=host:port,…` until what was written
 * under it has expired. Without it a server that comes back would answer with what it held when it left.
 *
 * @param seen makes of each server's store the one that is used.
 * @throws AppError as `openKv` does.
 */
export async function openSharedCache(
  url: string,
  options: KvOptions,
  seen: (kv: Kv) => Kv,
): Promise<SharedCache> {
  if (!/^rediss?\+ring:/i.test(url)) return seen(await openKv(url, options));
  const { ring, urlOf } = parseRing(url);
  const opened = await Promise.allSettled(ring.nodes.map((node) => openKv(urlOf(node), options)));
  const nodes = opened.flatMap((each) => (each.status === 'fulfilled' ? [seen(each.value)] : []));
  const failed = opened.find((each) => each.status === 'rejected');
  if (failed) {
    await Promise.all(nodes.map((node) => node.close()));
    throw failed.reason;
  }
  return ringOf(ring, nodes);
}

function ringOf(ring: HashRing, nodes: readonly Kv[]): SharedCache {
  const each = <T>(of: (at: number) => T) => new Map(ring.nodes.map((name, at) => [name, of(at)] as const));
  const stores = each((at) => nodes[at] as CacheStore);
  const store = new ShardedStore({ ring, stores, sizes: each(() => new PipelineSize(PIPELINE)) });
  return Object.assign(store, {
    // The others do without one that is away, as all do without a cache.
    ping: () => Promise.any(nodes.map((node) => node.ping())).catch(firstOf),
    flush: async () => void (await Promise.all(nodes.map((node) => node.flush()))),
    close: async () => void (await Promise.all(nodes.map((node) => node.close()))),
  });
}

function firstOf(error: unknown): never {
  throw error instanceof AggregateError ? error.errors[0] : error;
}

function parseRing(url: string) {
  const [, scheme, user = '', hosts = '', query = ''] = RING.exec(url) ?? [];
  if (scheme === undefined) throw wrong('wants redis+ring://host:port,host:port');
  const settings = new URLSearchParams(query);
  const memberships = [...settings.getAll('was'), hosts].map((list) =>
    list.split(',').filter((name) => name !== ''),
  );
  settings.delete('was');
  const rest = settings.size > 0 ? `?${settings.toString()}` : '';
  try {
    return {
      ring: new HashRing({ memberships }),
      urlOf: (node: string): string => `${scheme}://${user}${node}${rest}`,
    };
  } catch (cause) {
    throw wrong(`names servers that make no ring: ${(cause as Error).message}`, cause);
  }
}

const wrong = (problem: string, cause?: unknown): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_URL_INVALID',
    message: `The key-value URL: redis+ring ${problem}.`,
    cause,
  });
