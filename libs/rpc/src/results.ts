import { AppError } from '@storey/errors';
import { EmptyError, Observable, firstValueFrom, isObservable } from 'rxjs';
import { BoundedBuffer } from './bounded-buffer.js';

/** A message or the fields of one; which of them are right is checked by the codec. */
type Fields = Record<string, unknown>;

/**
 * The one message of a unary handler: what it returned, or the first value of its Observable.
 * @throws AppError internal when there is none, rather than never answering.
 */
export async function oneMessage(result: unknown, method: string): Promise<Fields> {
  const value = isObservable(result) ? await first(result, method) : result;
  return asMessage(value, method);
}

async function first(values: Observable<unknown>, method: string): Promise<unknown> {
  try {
    return await firstValueFrom(values);
  } catch (error) {
    if (error instanceof EmptyError) throw returnedNothing(method);
    throw error;
  }
}

/** The messages of a streaming handler, from an Observable, an AsyncIterable, or an Observable of the latter (interceptors make those). */
export function manyMessages(result: unknown, method: string): AsyncIterator<unknown> {
  if (isAsyncIterable(result)) return result[Symbol.asyncIterator]();
  if (!isObservable(result)) throw returnedNothing(method);
  return flatten(new BoundedBuffer(result));
}

/** @throws AppError internal on what is no message at all. */
export function asMessage(value: unknown, method: string): Fields {
  if (typeof value !== 'object' || value === null) throw returnedNothing(method);
  return value as Fields;
}

function flatten(source: BoundedBuffer<unknown>): AsyncIterator<unknown> {
  let inner: AsyncIterator<unknown> | undefined;
  const next = async (): Promise<IteratorResult<unknown>> => {
    const result = await (inner ?? source).next();
    if (result.done && inner) {
      inner = undefined;
      return next();
    }
    if (!result.done && !inner && isAsyncIterable(result.value)) {
      inner = result.value[Symbol.asyncIterator]();
      return next();
    }
    return result;
  };
  return {
    next,
    return: async () => {
      await source.return();
      await inner?.return?.();
      return { done: true, value: undefined };
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

const returnedNothing = (method: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'COMMON_INTERNAL',
    message: 'Something went wrong on our side.',
    cause: new Error(`${method} returned no message`),
  });
