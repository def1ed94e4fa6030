import { type estypes } from '@elastic/elasticsearch';
import { type SearchIndex } from '../search.js';

/** Names in the cluster: an alias for everybody, generations behind it. */
export interface Names {
  readonly alias: string;
  readonly template: string;
  generation(number: number): string;
}

export function namesOf(prefix: string, { name }: SearchIndex): Names {
  const alias = `${prefix}${name}`;
  return { alias, template: alias, generation: (number) => `${alias}-${number}` };
}

/** @returns the number in the name of an index; 0 for a name that is not ours. */
export function generationOf(names: Names, index: string): number {
  const [, number] = /-([1-9]\d{0,8})$/.exec(index) ?? [];
  return number !== undefined && index === names.generation(Number(number)) ? Number(number) : 0;
}

/**
 * What every generation is made like. One shard, so that one row of sequence numbers tells what changed. The text is kept
 * as its tokens alone, parted by spaces; versions as text, for a 64-bit number would not survive JSON.
 */
export function templateOf(
  names: Names,
  { keywords }: SearchIndex,
  replicas: number,
): estypes.IndicesPutIndexTemplateRequest {
  const names_ = keywords.map((name) => [name, { type: 'keyword' }] as const);
  return {
    name: names.template,
    index_patterns: [`${names.alias}-*`],
    // Above the one that a cluster may have for everything.
    priority: 200,
    template: {
      settings: {
        number_of_shards: 1,
        number_of_replicas: replicas,
        // Said aloud, or an index that nobody has searched for 30 s makes the next reader wait for its refresh.
        refresh_interval: '1s',
      },
      mappings: {
        dynamic: 'strict',
        properties: {
          id: { type: 'keyword' },
          version: { type: 'keyword', index: false, doc_values: false },
          gone: { type: 'boolean' },
          at: { type: 'long' },
          size: { type: 'short' },
          words: { type: 'text', analyzer: 'whitespace', norms: false },
          keywords: { type: 'object', dynamic: 'strict', properties: Object.fromEntries(names_) },
        },
      },
    },
  };
}
