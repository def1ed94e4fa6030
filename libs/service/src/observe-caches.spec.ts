import { expect, it } from '@jest/globals';
import { Cache, noStore } from '@storey/cache';
import { Metrics } from '@storey/observability';
import { observeCaches } from './observe-caches.js';

it('what caches count is read by the metrics, by name and purpose', async () => {
  const cache = new Cache(noStore(), { onError: (error) => expect(error).toBeUndefined() });
  const things = cache.define<number, string>({
    name: 'thing',
    key: String,
    codec: { encode: (value) => Buffer.from(value), decode: (bytes) => Buffer.from(bytes).toString() },
    ttlMs: 1000,
    jitter: 0,
    emptyTtlMs: 0,
    local: { maxBytes: 100_000, freshMs: 60_000, staleMs: 0, promote: 'all' },
    load: (ids) => Promise.resolve(new Map(ids.map((id) => [id, `${id}`]))),
  });
  const metrics = Metrics.create({ defaults: false });
  observeCaches({ pages: cache }, metrics.forApp('x'));
  await things.get(1);
  await things.get(1);
  const text = await metrics.text();
  expect(text).toContain('storey_cache_total{cache="thing",for="pages",outcome="loads",app="x"} 1');
  expect(text).toContain('storey_cache_total{cache="thing",for="pages",outcome="localHits",app="x"} 1');
  expect(text).toContain('storey_cache_total{cache="thing",for="pages",outcome="local_copies",app="x"} 1');
});
