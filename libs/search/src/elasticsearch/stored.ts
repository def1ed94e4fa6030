import { tokensOf } from '../cut.js';
import { sizeOf } from '../position.js';
import { type Removal, type SearchDocument, type SearchIndex } from '../search.js';

/** A document as the index has it. */
export interface Stored {
  /** 19 digits, so that their order is that of the numbers. */
  readonly id: string;
  readonly version: string;
  readonly gone: boolean;
  readonly at: number;
  readonly size: number;
  readonly words: string;
  readonly keywords: Readonly<Record<string, string>>;
}

export const idText = (id: bigint): string => String(id).padStart(19, '0');

/** Keywords that were left out are empty ones, which can be filtered by. */
export function stored({ id, version, text, keywords, at }: SearchDocument, index: SearchIndex): Stored {
  const tokens = tokensOf(text);
  return {
    id: idText(id),
    version: String(version),
    gone: false,
    at,
    size: sizeOf(tokens.length),
    words: tokens.join(' '),
    keywords: Object.fromEntries(index.keywords.map((name) => [name, keywords[name] ?? ''])),
  };
}

/** The mark of a removal. A deletion would be forgotten after a minute (`index.gc_deletes`), and its version with it. */
export const gone = ({ id, version }: Removal): Stored => ({
  id: idText(id),
  version: String(version),
  gone: true,
  at: 0,
  size: 0,
  words: '',
  keywords: {},
});
