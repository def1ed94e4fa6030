import { type Client, type estypes } from '@elastic/elasticsearch';
import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { refusal } from '../accept.js';
import { type Refusal } from '../search.js';
import { mayPass } from './failures.js';
import { type Stored } from './stored.js';

/** A consumer waits for it, not a reader. */
const TIMEOUT_MS = 5000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Between tries of items that the server was too busy for. */
const DELAYS_MS = [100, 400] as const;
const CONFLICT = 409;

export interface BulkTarget {
  /** An alias when it is required to be one, so that a missing one is never made by writing to it. */
  readonly index: string;
  readonly isAlias: boolean;
}

type Item = estypes.BulkResponseItem & { readonly document: Stored };

/**
 * Stores documents under their own ids and versions: sent twice, or late, they change nothing. The answer is 200 whatever
 * becomes of each, so each is looked at.
 * @returns those that the index can never take.
 * @throws AppError `unavailable` when some were not taken this time; what the client throws.
 */
export async function bulk(
  client: Client,
  target: BulkTarget,
  documents: readonly Stored[],
  clock: Clock,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  for (const chunk of chunksOf(documents)) refused.push(...(await storeAll(client, target, chunk, clock)));
  return refused;
}

async function storeAll(
  client: Client,
  target: BulkTarget,
  documents: readonly Stored[],
  clock: Clock,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  let left = documents;
  for (const delay of [...DELAYS_MS, undefined]) {
    const failed = await send(client, target, left);
    refused.push(...failed.filter(({ status }) => !mayPass(status)).map(toRefusal));
    left = failed.filter(({ status }) => mayPass(status)).map(({ document }) => document);
    if (left.length === 0) return refused;
    if (delay !== undefined) await clock.sleep(delay);
  }
  throw unavailable(`The search did not take ${left.length} of ${documents.length} documents.`);
}

/** @returns the items that were not stored, but for those that were known in this or a newer version. */
async function send(
  client: Client,
  { index, isAlias }: BulkTarget,
  documents: readonly Stored[],
): Promise<readonly Item[]> {
  const operations = documents.flatMap((document) => [
    {
      index: {
        _index: index,
        _id: String(BigInt(document.id)),
        version: document.version,
        version_type: 'external',
      },
    },
    document,
  ]);
  const { errors, items } = await client.bulk(
    { operations: operations as object[], require_alias: isAlias },
    { requestTimeout: TIMEOUT_MS },
  );
  if (items.length !== documents.length) throw unavailable('The search answered for other documents.');
  if (!errors) return [];
  return documents
    .flatMap((document, at): Item[] => {
      const item = items[at]?.index;
      return item?.error ? [{ ...item, document }] : [];
    })
    .filter(({ status }) => status !== CONFLICT);
}

const toRefusal = ({ document, error }: Item): Refusal => ({
  id: BigInt(document.id),
  cause: refusal(`The index refuses it: ${error?.type}.`, new Error(error?.reason ?? 'no reason was given')),
});

function chunksOf(documents: readonly Stored[]): readonly (readonly Stored[])[] {
  const chunks: Stored[][] = [];
  let bytes = Infinity;
  for (const document of documents) {
    const size = Buffer.byteLength(document.words);
    if (bytes + size > MAX_BYTES) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(document);
    bytes += size;
  }
  return chunks;
}
