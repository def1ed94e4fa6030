import { misuse, tooLarge } from './failures.js';
import { type NewMessage, type Subscription } from './event-log.js';

const MiB = 1024 * 1024;

/** Key, headers and value of one message together. */
export const MAX_MESSAGE_BYTES = MiB;
/** One call of `append`: it is stored whole or not at all, in one transaction. */
export const MAX_APPEND_BYTES = 8 * MiB;
/** What may wait for a commit before `append` refuses. */
export const MAX_PENDING_BYTES = 64 * MiB;
/** Where a transaction that gathers several appends stops gathering: it holds the event loop while it runs. */
export const MAX_COMMIT_BYTES = 4 * MiB;
/** One read, at least one message. */
export const MAX_READ_BYTES = MiB;
export const MAX_READ_MESSAGES = 1000;
/** How long a taken partition waits for its running handler, ms. */
export const STOP_WAIT_MS = 10_000;
export const DEFAULT_RETRY: readonly number[] = [100, 500, 2000, 5000];

export function sizeOf({ key, headers, value }: NewMessage): number {
  let size = Buffer.byteLength(key) + value.byteLength;
  for (const [name, text] of Object.entries(headers ?? {}))
    size += Buffer.byteLength(name) + Buffer.byteLength(text);
  return size;
}

/** @returns the bytes of all. @throws AppError `too_large` */
export function checkedSize(messages: readonly NewMessage[]): number {
  let total = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (size > MAX_MESSAGE_BYTES)
      throw tooLarge(`A message has ${size} bytes; ${MAX_MESSAGE_BYTES} are allowed.`);
    total += size;
  }
  if (total > MAX_APPEND_BYTES)
    throw tooLarge(`An append has ${total} bytes; ${MAX_APPEND_BYTES} are allowed.`);
  return total;
}

export function checkSubscription({ maxBatch, retry, group }: Subscription): void {
  if (!Number.isInteger(maxBatch) || maxBatch < 1 || maxBatch > MAX_READ_MESSAGES) {
    throw misuse(`maxBatch must be 1 to ${MAX_READ_MESSAGES}.`);
  }
  if (group === '') throw misuse('A group needs a name.');
  if (retry?.some((delay) => !(delay >= 0))) throw misuse('Delays of the retry ladder must not be negative.');
}
