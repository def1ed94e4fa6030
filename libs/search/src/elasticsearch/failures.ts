import { errors } from '@elastic/elasticsearch';
import { isAppError, unavailable, type AppError } from '@storey/errors';
import { misconfigured } from '../misconfigured.js';

/** Statuses that mean "later". */
export const isTransient = (status: number | undefined): boolean =>
  status === undefined || status === 429 || status >= 500;

/** What a failed call of the client means. Only what the operator or we got wrong is not `unavailable`. */
export function toFailure(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof errors.ResponseError && !isTransient(error.statusCode)) {
    if (error.statusCode === 401 || error.statusCode === 403) {
      return misconfigured('Elasticsearch refuses these credentials', error);
    }
    // An index that somebody removed is made anew by the next call.
    if (error.statusCode !== 404) return misconfigured('Elasticsearch refuses what was asked of it', error);
  }
  return unavailable('The search does not answer.', error);
}
