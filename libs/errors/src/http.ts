import { type AppError, type FieldError, type Kind } from './app-error.js';

const STATUS: Readonly<Record<Kind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media: 415,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  outcome_unknown: 503,
  deadline_exceeded: 504,
};

const TITLES: Readonly<Record<Kind, string>> = {
  invalid: 'Bad request',
  unauthenticated: 'Not signed in',
  forbidden: 'Forbidden',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  conflict: 'Conflict',
  too_large: 'Too large',
  unsupported_media: 'Unsupported media type',
  unprocessable: 'Unprocessable',
  rate_limited: 'Too many requests',
  internal: 'Internal error',
  unavailable: 'Unavailable',
  outcome_unknown: 'Outcome unknown',
  deadline_exceeded: 'Deadline exceeded',
};

/** RFC 9457 `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance: string;
  readonly traceId: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

export const httpStatus = (kind: Kind): number => STATUS[kind];

/** @param instance the path of the request, without its query. */
export function toProblem(error: AppError, instance: string, traceId: string): Problem {
  return {
    ...error.details.extra,
    type: `https://storey.dev/problems/${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLES[error.kind],
    status: httpStatus(error.kind),
    detail: error.message,
    code: error.code,
    instance,
    traceId,
    ...(error.details.errors && { errors: error.details.errors }),
  };
}

/** The headers that belong to an error answer. */
export function problemHeaders(error: AppError): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  };
  const retryAfter = error.details.retryAfterSeconds;
  const asksForRetry = httpStatus(error.kind) === 503 || error.kind === 'rate_limited';
  if (asksForRetry) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter ?? 1)));
  if (error.details.allow) headers['allow'] = error.details.allow.join(', ');
  if (error.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer error="invalid_token"';
  return headers;
}
