import { AppError } from '@storey/errors';
import { type SearchIndex, type SearchQuery } from './search.js';

const MAX_LIMIT = 1000;
const MAX_VALUES = 100;

/** @throws AppError `internal` SEARCH_MISUSE: a defect of the caller. */
export function checkQuery({ keywords = {}, limit }: SearchQuery, index: SearchIndex): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw misuse(`A limit is 1 to ${MAX_LIMIT}.`);
  for (const [name, values] of Object.entries(keywords)) {
    if (!index.keywords.includes(name)) throw misuse(`The index ${index.name} has no keyword ${name}.`);
    if (values.length > MAX_VALUES) throw misuse(`At most ${MAX_VALUES} values of ${name} can be asked for.`);
  }
}

export const misuse = (message: string): AppError =>
  new AppError({ kind: 'internal', code: 'SEARCH_MISUSE', message });
