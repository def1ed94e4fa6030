import { AppError, type FieldError } from './app-error.js';

/** The errors that every app may raise, each with the code of the public contract. */

export const invalidRequest = (errors: readonly FieldError[], cause?: unknown): AppError =>
  new AppError({
    kind: 'invalid',
    code: 'COMMON_REQUEST_INVALID',
    message: 'The request is malformed.',
    details: { errors },
    cause,
  });

export const unprocessable = (errors: readonly FieldError[]): AppError =>
  new AppError({
    kind: 'unprocessable',
    code: 'COMMON_REQUEST_INVALID',
    message: 'The request is well-formed but makes no sense here.',
    details: { errors },
  });

export const notFound = (message = 'There is nothing here.'): AppError =>
  new AppError({ kind: 'not_found', code: 'COMMON_NOT_FOUND', message });

export const cursorInvalid = (): AppError =>
  new AppError({
    kind: 'invalid',
    code: 'COMMON_CURSOR_INVALID',
    message: 'The cursor was altered or belongs to another list. Start again without one.',
  });

export const cursorExpired = (): AppError =>
  new AppError({
    kind: 'invalid',
    code: 'COMMON_CURSOR_EXPIRED',
    message: 'The ranking behind this cursor is gone. Start again without one.',
  });

export const rateLimited = (retryAfterSeconds: number): AppError =>
  new AppError({
    kind: 'rate_limited',
    code: 'COMMON_RATE_LIMITED',
    message: `Too many requests. Try again in ${retryAfterSeconds} s.`,
    details: { retryAfterSeconds },
  });

export const unavailable = (message: string, cause?: unknown): AppError =>
  new AppError({
    kind: 'unavailable',
    code: 'COMMON_UNAVAILABLE',
    message,
    details: { retryAfterSeconds: 1 },
    cause,
  });

export const outcomeUnknown = (cause?: unknown): AppError =>
  new AppError({
    kind: 'outcome_unknown',
    code: 'COMMON_OUTCOME_UNKNOWN',
    message: 'This may or may not have happened. Send it again with the same Idempotency-Key.',
    details: { retryAfterSeconds: 1 },
    cause,
  });

export const deadlineExceeded = (cause?: unknown): AppError =>
  new AppError({
    kind: 'deadline_exceeded',
    code: 'COMMON_DEADLINE_EXCEEDED',
    message: 'The time for this request is over; nothing was accepted.',
    cause,
  });
