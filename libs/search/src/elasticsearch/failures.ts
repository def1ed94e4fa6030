import { errors } from '@elastic/elasticsearch';
import { AppError, isAppError, unavailable } from '@storey/errors';
import { misconfigured } from '../misconfigured.js';

/** Later it may pass: the server is busy, away, being put right, or has lost an index that is made anew. */
const MAY_PASS: readonly number[] = [401, 403, 404, 429];

export const mayPass = (status: number | undefined): boolean =>
  status === undefined || status >= 500 || MAY_PASS.includes(status);

/** What a failed call means. Only what no server would ever take is not `unavailable`. */
export function toFailure(error: unknown): AppError {
  if (isAppError(error)) return error;
  const refused = error instanceof errors.ResponseError && !mayPass(error.statusCode);
  if (!refused) return unavailable('The search does not answer.', error);
  const told = { code: 'SEARCH_REFUSED', message: 'The search refuses what was asked of it.' };
  return new AppError({ kind: 'internal', ...told, cause: error });
}

/** What a failed opening means: what the operator can put right is told, the rest may heal. */
export function toOpeningFailure(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof errors.ResponseError && (error.statusCode === 401 || error.statusCode === 403)) {
    return misconfigured('Elasticsearch refuses the credentials in the URL', error);
  }
  return toFailure(error);
}
