import { AppError, KINDS, type ErrorDetails, type Kind } from './app-error.js';

/** gRPC status numbers, named here so that this package needs no gRPC. */
const STATUS: Readonly<Record<Kind, number>> = {
  invalid: 3, // INVALID_ARGUMENT
  unprocessable: 9, // FAILED_PRECONDITION
  unauthenticated: 16, // UNAUTHENTICATED
  forbidden: 7, // PERMISSION_DENIED
  not_found: 5, // NOT_FOUND
  method_not_allowed: 12, // UNIMPLEMENTED
  conflict: 6, // ALREADY_EXISTS
  too_large: 8, // RESOURCE_EXHAUSTED
  unsupported_media: 3,
  rate_limited: 8,
  unavailable: 14, // UNAVAILABLE
  outcome_unknown: 2, // UNKNOWN
  deadline_exceeded: 4, // DEADLINE_EXCEEDED
  internal: 13, // INTERNAL
};

const KIND_OF_STATUS: Readonly<Record<number, Kind>> = {
  1: 'deadline_exceeded', // CANCELLED
  3: 'invalid',
  4: 'deadline_exceeded',
  5: 'not_found',
  6: 'conflict',
  7: 'forbidden',
  8: 'too_large',
  9: 'unprocessable',
  12: 'method_not_allowed',
  14: 'unavailable',
  16: 'unauthenticated',
};

/** The metadata key that carries the error itself beside the status. */
export const ERROR_METADATA_KEY = 'storey-error-bin';

export const grpcStatus = (kind: Kind): number => STATUS[kind];

export function encodeError({ kind, code, message, details }: AppError): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ kind, code, message, details }));
}

/** An error as it came over the wire: from our own bytes, or from a bare status of a proxy or of gRPC itself. */
export function decodeError(status: number, bytes: Uint8Array | undefined, cause: unknown): AppError {
  const known = bytes === undefined ? undefined : parse(bytes);
  if (known) return new AppError({ ...known, cause });
  const kind = KIND_OF_STATUS[status] ?? 'internal';
  if (kind === 'unavailable' || kind === 'deadline_exceeded') return bare(kind, cause);
  return new AppError({
    kind: 'internal',
    code: 'COMMON_INTERNAL',
    message: 'Something went wrong on our side.',
    cause,
  });
}

function bare(kind: 'unavailable' | 'deadline_exceeded', cause: unknown): AppError {
  const unavailable = kind === 'unavailable';
  return new AppError({
    kind,
    code: unavailable ? 'COMMON_UNAVAILABLE' : 'COMMON_DEADLINE_EXCEEDED',
    message: unavailable ? 'A part of the system does not answer.' : 'The time for this request is over.',
    details: unavailable ? { retryAfterSeconds: 1 } : {},
    cause,
  });
}

interface WireError {
  readonly kind: Kind;
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
}

function parse(bytes: Uint8Array): WireError | undefined {
  const value: unknown = safeJson(new TextDecoder().decode(bytes));
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, code, message, details } = value as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  const known = KINDS.find((candidate) => candidate === kind);
  return known && { kind: known, code, message, details: (details ?? {}) as ErrorDetails };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
