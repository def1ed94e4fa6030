import { describe, expect, it } from '@jest/globals';
import {
  AppError,
  KINDS,
  decodeError,
  encodeError,
  grpcStatus,
  httpStatus,
  isAppError,
  problemHeaders,
  rateLimited,
  toAppError,
  toProblem,
  unavailable,
} from './index.js';

describe('AppError', () => {
  it('is recognised by brand, not by class', () => {
    const foreign = { [Symbol.for('storey.AppError')]: true };
    expect(isAppError(foreign)).toBe(true);
    expect(isAppError(new Error('x'))).toBe(false);
  });

  it('turns the unforeseen into internal, keeps its cause and hides its text', () => {
    const cause = new TypeError('password of db is hunter2');
    const error = toAppError(cause);
    expect(error).toMatchObject({ kind: 'internal', code: 'COMMON_INTERNAL', cause });
    expect(JSON.stringify(toProblem(error, '/x', 't'))).not.toContain('hunter2');
  });
});

describe('on the wire', () => {
  it.each(KINDS)('%s keeps kind, code, message and details through gRPC', (kind) => {
    const sent = new AppError({
      kind,
      code: 'SOME_CODE',
      message: 'm',
      details: { retryAfterSeconds: 7, extra: { id: '1' } },
    });
    const received = decodeError(grpcStatus(kind), encodeError(sent), undefined);
    expect(received).toMatchObject({ kind, code: 'SOME_CODE', message: 'm', details: sent.details });
  });

  it('maps a bare UNAVAILABLE and DEADLINE_EXCEEDED, and nothing else, to themselves', () => {
    expect(decodeError(14, undefined, undefined).kind).toBe('unavailable');
    expect(decodeError(4, undefined, undefined).kind).toBe('deadline_exceeded');
    expect(decodeError(5, undefined, undefined).kind).toBe('internal');
  });

  it('does not trust bytes that are not ours', () => {
    expect(decodeError(2, new TextEncoder().encode('{"kind":"god"}'), undefined).kind).toBe('internal');
    expect(decodeError(2, new Uint8Array([0xff]), undefined).kind).toBe('internal');
  });
});

describe('problem+json', () => {
  it('carries what the contract names and lets no extra member overwrite it', () => {
    const error = new AppError({
      kind: 'conflict',
      code: 'COMMENT_DUPLICATE',
      message: 'Said already.',
      details: { extra: { commentId: '5', status: 200 } },
    });
    expect(toProblem(error, '/web/v1/x', 'abc')).toEqual({
      type: 'https://storey.dev/problems/comment-duplicate',
      title: 'Conflict',
      status: 409,
      detail: 'Said already.',
      code: 'COMMENT_DUPLICATE',
      commentId: '5',
      instance: '/web/v1/x',
      traceId: 'abc',
    });
  });

  it('sends Retry-After of at least one second with every 429 and 503', () => {
    expect(problemHeaders(rateLimited(0))['retry-after']).toBe('1');
    expect(problemHeaders(unavailable('x'))['retry-after']).toBe('1');
    expect(problemHeaders(toAppError(new Error('x')))['retry-after']).toBeUndefined();
  });

  it('gives every kind a status of its own class', () => {
    for (const kind of KINDS) expect(httpStatus(kind)).toBeGreaterThanOrEqual(400);
  });
});
