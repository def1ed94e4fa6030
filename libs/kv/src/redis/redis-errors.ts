import { AppError, isAppError, unavailable } from '@storey/errors';

/** What a server says in place of an answer begins with a word in capitals. */
const WORD = /^[A-Z]+(?= |$)/;

/** States of a server or of our standing with it: nothing was done, and later it may be. */
const PASSING = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNBLOCKED',
  'UNKILLABLE',
  'WRONGPASS',
]);

export const saysWrongKind = (error: unknown): boolean => wordOf(error) === 'WRONGTYPE';
export const saysNoScript = (error: unknown): boolean => wordOf(error) === 'NOSCRIPT';
export const saysReadOnly = (error: unknown): boolean => wordOf(error) === 'READONLY';

/** Whether a server refuses us for good: a wrong password, a database it does not have, no cluster. */
export function refusesForGood(error: unknown): boolean {
  const word = wordOf(error);
  if (word === undefined || word === 'ERR') return isReply(error) && !saysFull(error);
  return word === 'WRONGPASS' || word === 'NOAUTH' || word === 'NOPERM';
}

/** Anything the client or the server said, as the port's error: `unavailable`, or `internal` for a defect of ours. */
export function toKvError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (isReply(error) && !PASSING.has(wordOf(error) ?? '') && !saysFull(error)) {
    return new AppError({
      kind: 'internal',
      code: 'KV_REPLY_UNEXPECTED',
      message: 'The key-value store did not understand us.',
      cause: error,
    });
  }
  return unavailable('The key-value store does not answer.', error);
}

const saysFull = (error: unknown): boolean => error instanceof Error && error.message.startsWith('ERR max n');

function wordOf(error: unknown): string | undefined {
  return isReply(error) ? WORD.exec(error.message)?.[0] : undefined;
}

/** By its name, as ioredis has two classes for it and exports one. */
const isReply = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';
