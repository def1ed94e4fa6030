import { AppError } from '@storey/errors';
import { type Refusal, type SearchDocument, type SearchIndex } from './search.js';

const MAX_ID = 2n ** 63n - 1n;
const MAX_KEYWORD = 256;
const MAX_TEXT = 65_536;

export interface Accepted<T> {
  readonly good: readonly T[];
  readonly refused: readonly Refusal[];
}

/** Parts what any adapter can store from what none can. Of several of one id only the newest is worth storing. */
export function accept<T extends Pick<SearchDocument, 'id' | 'version'>>(
  documents: readonly T[],
  faultOf: (document: T) => string | undefined,
): Accepted<T> {
  const newest = new Map<bigint, T>();
  const refused: Refusal[] = [];
  for (const document of documents) {
    const { id, version } = document;
    const fault = isOutside(id) || isOutside(version) ? 'Id or version is out of range.' : faultOf(document);
    if (fault !== undefined) refused.push({ id, cause: refusal(fault) });
    else if ((newest.get(id)?.version ?? 0n) < version) newest.set(id, document);
  }
  return { good: [...newest.values()], refused };
}

export const refusal = (message: string, cause?: unknown): AppError =>
  new AppError({ kind: 'invalid', code: 'SEARCH_DOCUMENT_REFUSED', message, cause });

export function documentFault(
  { text, keywords, at }: SearchDocument,
  index: SearchIndex,
): string | undefined {
  if (Buffer.byteLength(text) > MAX_TEXT) return 'The text is longer than 64 KiB.';
  if (!Number.isSafeInteger(at)) return 'The time is no integer.';
  for (const [name, value] of Object.entries(keywords)) {
    if (!index.keywords.includes(name)) return `The index ${index.name} has no keyword ${name}.`;
    if (value.length > MAX_KEYWORD) return `The keyword ${name} is longer than ${MAX_KEYWORD} characters.`;
  }
  return undefined;
}

const isOutside = (id: bigint): boolean => id < 1n || id > MAX_ID;
