import { type Client } from '@elastic/elasticsearch';
import { unavailable } from '@storey/errors';
import { accept, documentFault } from '../accept.js';
import { asked } from '../asked.js';
import { checkQuery } from '../check-query.js';
import { type ResolvedOptions } from '../options.js';
import { decodePosition, encodePosition } from '../position.js';
import {
  Search,
  type Hit,
  type Refusal,
  type Removal,
  type SearchDocument,
  type SearchQuery,
} from '../search.js';
import { bulk } from './bulk.js';
import { type Cluster } from './cluster.js';
import { findRequest, positionOf } from './find-request.js';
import { gone, stored, type Stored } from './stored.js';

export class ElasticsearchSearch extends Search {
  readonly #cluster: Cluster;
  readonly #options: ResolvedOptions;
  #open = true;

  constructor(cluster: Cluster, options: ResolvedOptions) {
    super();
    this.#cluster = cluster;
    this.#options = options;
  }

  async put(documents: readonly SearchDocument[]): Promise<readonly Refusal[]> {
    const { index } = this.#options;
    const { good, refused } = accept(documents, (document) => documentFault(document, index));
    return [...refused, ...(await this.#store(good.map((document) => stored(document, index))))];
  }

  async remove(removals: readonly Removal[]): Promise<readonly Refusal[]> {
    const { good, refused } = accept(removals, () => undefined);
    return [...refused, ...(await this.#store(good.map(gone)))];
  }

  async find(query: SearchQuery, signal?: AbortSignal): Promise<readonly Hit[]> {
    checkQuery(query, this.#options.index);
    const { sort, text } = query;
    const after = query.after && decodePosition(query.after, sort);
    const words = text === undefined ? undefined : asked(text);
    if (words?.clauses.length === 0) return [];
    const request = { index: this.#cluster.names.alias, ...findRequest(query, words, after) };
    const { hits } = await this.#run((client) => client.search(request, { ...(signal && { signal }) }));
    return hits.hits.map((hit) => {
      const position = positionOf(sort, hit.sort);
      return { id: position.id, position: encodePosition(position) };
    });
  }

  async ping(): Promise<void> {
    await this.#run((client) => client.ping());
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#cluster.client.close();
  }

  async #store(documents: readonly Stored[]): Promise<readonly Refusal[]> {
    if (documents.length === 0) return [];
    const target = { index: this.#cluster.names.alias, isAlias: true };
    try {
      const refused = await this.#run((client) => bulk(client, target, documents, this.#options.clock));
      this.#options.faultPoint('search.put');
      return refused;
    } catch (error) {
      // Perhaps somebody removed the index; the next try makes it anew.
      this.#cluster.forget();
      throw error;
    }
  }

  async #run<T>(call: (client: Client) => Promise<T>): Promise<T> {
    if (!this.#open) throw unavailable('The search is closed.');
    return this.#cluster.run(call);
  }
}
