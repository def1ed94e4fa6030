/** What went wrong, in the few words that decide how callers react. A closed list. */
export const KINDS = [
  'invalid', // the shape of the input is wrong
  'unprocessable', // the shape is right, the meaning is not
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'too_large',
  'unsupported_media',
  'rate_limited',
  'unavailable', // refused now, nothing happened, safe to send again
  'outcome_unknown', // may or may not have happened
  'deadline_exceeded', // the budget is spent and nothing was accepted
  'internal', // a defect of ours
] as const;

export type Kind = (typeof KINDS)[number];

/** One wrong field: `path` is a JSON Pointer into the body, or `query/NAME`, `path/NAME`, `header/NAME`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ErrorDetails {
  readonly errors?: readonly FieldError[];
  /** Whole seconds, at least 1. Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Methods that the path has. Sent as `Allow`. */
  readonly allow?: readonly string[];
  /** More members of the problem document, e.g. `commentId` of a duplicate. */
  readonly extra?: Readonly<Record<string, string | number | boolean>>;
}

export interface AppErrorInit {
  readonly kind: Kind;
  /** Stable and public, e.g. `COMMENT_NOT_FOUND`. Clients translate by it. */
  readonly code: string;
  /** English, shown to the caller; never a secret, a host name or SQL. */
  readonly message: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

const brand = Symbol.for('storey.AppError');

/**
 * The one error type that crosses a boundary. Thrown, never returned; recognised by brand, so that two
 * copies of this package in one process still understand each other.
 */
export class AppError extends Error {
  readonly kind: Kind;
  readonly code: string;
  readonly details: ErrorDetails;
  readonly [brand] = true;

  constructor({ kind, code, message, details, cause }: AppErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.details = details ?? {};
  }
}

export function isAppError(value: unknown): value is AppError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Any thrown thing as an AppError; what we did not foresee becomes `internal` and keeps its cause. */
export function toAppError(value: unknown): AppError {
  if (isAppError(value)) return value;
  return new AppError({
    kind: 'internal',
    code: 'COMMON_INTERNAL',
    message: 'Something went wrong on our side.',
    cause: value,
  });
}
