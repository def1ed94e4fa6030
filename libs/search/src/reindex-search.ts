import { Cluster } from './elasticsearch/cluster.js';
import { toOpeningFailure } from './elasticsearch/failures.js';
import { reindex, type Reindexed } from './elasticsearch/reindex.js';
import { parseSettings } from './elasticsearch/settings.js';
import { misconfigured } from './misconfigured.js';
import { resolveOptions, type SearchOptions } from './options.js';

/**
 * Moves an index of Elasticsearch into a new generation, as the template has it by now, while it is in use. One at a time.
 * @throws AppError `unavailable` half-way: the old generation serves on, begin again; `SEARCH_MISCONFIGURED`.
 */
export async function reindexSearch(url: string, options: SearchOptions): Promise<Reindexed> {
  const { index, clock } = resolveOptions(options);
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw misconfigured('Only Elasticsearch has generations; remove the file of an embedded search instead');
  }
  const cluster = new Cluster(parseSettings(parsed), index);
  try {
    return await reindex(cluster, clock);
  } catch (error) {
    throw toOpeningFailure(error);
  } finally {
    await cluster.client.close();
  }
}
