import { misuse, tooLarge } from './failures.js';
import { type Flow, type NewMessage, type Subscription } from './event-log.js';

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
/** Of one partition with a flow. */
const MAX_PENDING = 100_000;
const MAX_PARALLEL = 64;
const MAX_APART_MS = 10_000;
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

export function checkSubscription({ maxBatch, retry, group, flow, apartMs = 0 }: Subscription): void {
  if (!isCount(maxBatch, MAX_READ_MESSAGES)) throw misuse(`maxBatch must be 1 to ${MAX_READ_MESSAGES}.`);
  if (group === '') throw misuse('A group needs a name.');
  if (retry?.some((delay) => !(delay >= 0))) throw misuse('Delays of the retry ladder must not be negative.');
  if (!(apartMs >= 0 && apartMs <= MAX_APART_MS)) throw misuse(`apartMs must be 0 to ${MAX_APART_MS}.`);
  if (flow) checkFlow(flow, maxBatch);
}

function checkFlow({ maxPending, maxPendingBytes, maxTurn, parallel = 1 }: Flow, maxBatch: number): void {
  if (!isCount(maxTurn, maxBatch)) throw misuse('maxTurn must be 1 to maxBatch.');
  if (!isCount(maxPending, MAX_PENDING) || maxPending < maxBatch)
    throw misuse(`maxPending must be maxBatch to ${MAX_PENDING}.`);
  if (!isCount(maxPendingBytes, MAX_PENDING_BYTES))
    throw misuse(`maxPendingBytes must be 1 to ${MAX_PENDING_BYTES}.`);
  if (!isCount(parallel, MAX_PARALLEL)) throw misuse(`parallel must be 1 to ${MAX_PARALLEL}.`);
}

const isCount = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= most;
