import { type ResolvedOptions } from '../options.js';
import { type Search } from '../search.js';
import { Cluster } from './cluster.js';
import { ElasticsearchSearch } from './elasticsearch-search.js';
import { toOpeningFailure } from './failures.js';
import { parseSettings } from './settings.js';

/** @throws AppError `SEARCH_MISCONFIGURED` */
export async function openElasticsearch(url: URL, options: ResolvedOptions): Promise<Search> {
  const cluster = new Cluster(parseSettings(url), options.index);
  try {
    await cluster.ready();
  } catch (error) {
    const failure = toOpeningFailure(error);
    if (failure.kind !== 'unavailable') {
      await cluster.client.close();
      throw failure;
    }
    options.onError(error, 'the opening of the search; it is tried again when it is used');
  }
  return new ElasticsearchSearch(cluster, options);
}
