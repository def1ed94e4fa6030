import { type Client, type estypes } from '@elastic/elasticsearch';
import { type Clock } from '@storey/context';
import { misconfigured } from '../misconfigured.js';
import { bulk } from './bulk.js';
import { type Cluster } from './cluster.js';
import { type Stored } from './stored.js';
import { generationOf } from './template.js';

export interface Reindexed {
  /** The new index behind the alias. */
  readonly index: string;
  /** Documents and marks that were brought over. */
  readonly copied: number;
}

const PAGE = 500;
const TIMEOUT_MS = 10_000;
/** What is written while one pass copies is the work of the next; after so many they are few enough. */
const MAX_PASSES = 10;

/**
 * Makes the next generation as the template has it now and moves everybody over, while readers read and writers write:
 * copies in the order of change until little is left, swaps the alias in one step, and copies what the old one still got
 * meanwhile. Versions keep a copy from covering what is newer. The old index is removed at the end.
 */
export async function reindex(cluster: Cluster, clock: Clock): Promise<Reindexed> {
  await cluster.ready();
  await cluster.putTemplate();
  const { client, names } = cluster;
  const old = await cluster.current();
  if (old === undefined) throw misconfigured(`There is no index behind ${names.alias}`);
  const index = names.generation(generationOf(names, old) + 1);
  // What an attempt that was broken off left behind.
  await client.indices.delete({ index, ignore_unavailable: true }, { requestTimeout: TIMEOUT_MS });
  await client.indices.create({ index }, { requestTimeout: TIMEOUT_MS });
  const copy = new Copy(client, old, index, clock);
  for (let pass = 0; pass < MAX_PASSES; pass += 1) if ((await copy.pass()) < PAGE) break;
  await client.indices.refresh({ index }, { requestTimeout: TIMEOUT_MS });
  await swap(client, names.alias, old, index);
  // A bulk that found the old index behind the alias may end after the swap.
  while ((await copy.pass()) > 0) continue;
  await client.indices.delete({ index: old }, { requestTimeout: TIMEOUT_MS });
  return { index, copied: copy.copied };
}

async function swap(client: Client, alias: string, old: string, next: string): Promise<void> {
  await client.indices.updateAliases(
    {
      actions: [{ remove: { index: old, alias } }, { add: { index: next, alias, is_write_index: true } }],
    },
    { requestTimeout: TIMEOUT_MS },
  );
}

class Copy {
  copied = 0;
  /** Of the last change that was brought over. */
  #sequence = -1;

  constructor(
    private readonly client: Client,
    private readonly from: string,
    private readonly to: string,
    private readonly clock: Clock,
  ) {}

  /** Copies what changed since the last pass. @returns how many. */
  async pass(): Promise<number> {
    const before = this.copied;
    await this.client.indices.refresh({ index: this.from }, { requestTimeout: TIMEOUT_MS });
    for (let page = await this.#page(); page.length > 0; page = await this.#page()) {
      const documents = page.map(({ _source }) => _source as Stored);
      const refused = await bulk(this.client, { index: this.to, isAlias: false }, documents, this.clock);
      if (refused[0]) throw refused[0].cause;
      this.#sequence = Number(page.at(-1)?.sort?.[0]);
      this.copied += page.length;
    }
    return this.copied - before;
  }

  async #page(): Promise<readonly estypes.SearchHit[]> {
    const { hits } = await this.client.search(
      {
        index: this.from,
        size: PAGE,
        sort: [{ _seq_no: { order: 'asc' } }],
        query: { range: { _seq_no: { gt: this.#sequence } } },
        track_total_hits: false,
      },
      { requestTimeout: TIMEOUT_MS },
    );
    return hits.hits;
  }
}
