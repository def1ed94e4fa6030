import { invalidRequest } from '@storey/errors';

/** @throws AppError `invalid` for a list that is longer. */
export function atMost(max: number, list: readonly unknown[], path: string): void {
  if (list.length > max) throw invalidRequest([{ path, message: `must have at most ${max} members` }]);
}
