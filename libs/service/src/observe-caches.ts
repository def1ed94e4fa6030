import { type Cache } from '@storey/cache';
import { type Metrics } from '@storey/observability';

/**
 * Lets the metrics read what caches count for themselves: a hit costs less than telling of it.
 * @param caches by what they are for, as several may have the same definitions.
 */
export function observeCaches(
  caches: Readonly<Record<string, Pick<Cache, 'stats'>>>,
  metrics: Metrics,
): void {
  const help = 'Reads by what became of them, loads, fills, changes; those of copies in the process: local_…';
  metrics.observed('storey_cache_total', help, ['cache', 'for', 'outcome'], () =>
    Object.entries(caches).flatMap(([purpose, cache]) =>
      [...cache.stats()].flatMap(([name, { local, ...counts }]) => {
        const labels = { cache: name, for: purpose };
        return [...valuesOf(counts, labels, ''), ...valuesOf(local ?? {}, labels, 'local_')];
      }),
    ),
  );
}

const valuesOf = (counts: object, labels: Readonly<Record<string, string>>, prefix: string) =>
  Object.entries(counts).map(
    ([outcome, count]) => [{ ...labels, outcome: prefix + outcome }, Number(count)] as const,
  );
