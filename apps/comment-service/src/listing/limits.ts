import { invalidRequest } from '@storey/errors';

/** @throws AppError invalid for a page of no or more than 50 rows. */
export function pageSize(limit: number): number {
  if (limit >= 1 && limit <= 50) return limit;
  throw invalidRequest([{ path: '/limit', message: 'must be from 1 to 50' }]);
}
