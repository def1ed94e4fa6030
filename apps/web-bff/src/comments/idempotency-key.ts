import { createHash } from 'node:crypto';
import { invalidRequest } from '@storey/errors';

const KEY = /^[A-Za-z0-9_-]{1,64}$/;

export interface IdempotentRequest {
  readonly key: string;
  /** SHA-256 of everything that makes the request what it is. */
  readonly fingerprint: Uint8Array;
}

/**
 * @param header of `Idempotency-Key`, if there is one.
 * @param request the route's template, its parameters and the validated body.
 * @throws AppError 400 for a key that is none.
 */
export function idempotentRequest(
  header: string | undefined,
  request: readonly unknown[],
): IdempotentRequest | undefined {
  if (header === undefined) return undefined;
  if (!KEY.test(header)) {
    const message = 'must be 1 to 64 letters, digits, underscores or hyphens';
    throw invalidRequest([{ path: 'header/Idempotency-Key', message }]);
  }
  const text = JSON.stringify(request, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { key: header, fingerprint: createHash('sha256').update(text).digest() };
}
