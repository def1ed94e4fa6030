import { AppError } from '@storey/errors';
import { type Beside, type Merge, type Scored, type ScoreRange } from './kv.js';

/** The port's bounds, checked by every adapter alike, so that what works embedded works on a cluster. */
export const MAX_VALUE_BYTES = 256 * 1024;
export const MAX_VERB_BYTES = 4 * 1024 * 1024;
export const MAX_LIST = 1000;
const MAX_TTL_MS = 10 * 366 * 86_400_000;
/** Each unit within a window is remembered, so there may not be many. */
const MAX_QUOTA = 10_000;

const KEY = /^[\x21-\x7e]{1,256}$/;
const NAME = /^[\x20-\x7e]{1,256}$/;

/** A caller broke a rule of the port. */
export const misuse = (message: string, cause?: unknown): AppError =>
  new AppError({ kind: 'internal', code: 'KV_MISUSE', message, cause });

export function checkKey(key: string): void {
  if (!KEY.test(key)) {
    throw misuse(`A key must be 1 to 256 characters of printable ASCII without spaces: ${quote(key)}.`);
  }
}

export function checkKeys(keys: readonly string[]): void {
  checkList(keys.length, 'keys');
  keys.forEach(checkKey);
}

/** Fields of hashes and members of sorted sets. */
export function checkNames(names: readonly string[]): void {
  checkList(names.length, 'names');
  names.forEach(checkName);
}

export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw misuse(`A field or member must be 1 to 256 characters of printable ASCII: ${quote(name)}.`);
  }
}

export function checkScored(members: readonly Scored[]): void {
  checkList(members.length, 'members');
  for (const { member, score } of members) {
    checkName(member);
    checkNumber(score, 'score');
  }
}

export function checkValue(value: Uint8Array): void {
  if (value.byteLength > MAX_VALUE_BYTES) {
    throw misuse(`A value may have ${MAX_VALUE_BYTES} bytes, this one has ${value.byteLength}.`);
  }
}

export function checkFields(fields: ReadonlyMap<string, Uint8Array>): void {
  checkNames([...fields.keys()]);
  let total = 0;
  for (const value of fields.values()) {
    checkValue(value);
    total += value.byteLength;
  }
  if (total > MAX_VERB_BYTES)
    throw misuse(`One verb may carry ${MAX_VERB_BYTES} bytes, this one has ${total}.`);
}

export function checkTtl(ttlMs: number | undefined): void {
  if (ttlMs !== undefined) checkWhole(ttlMs, 1, MAX_TTL_MS, 'ttlMs');
}

/** A plain value about to be written. */
export function checkWrite(key: string, value: Uint8Array, ttlMs: number | undefined): void {
  checkKey(key);
  checkValue(value);
  checkTtl(ttlMs);
}

export function checkMembers(key: string, members: readonly Scored[], max: number | undefined): void {
  checkKey(key);
  checkScored(members);
  checkMax(max, 'maxMembers');
}

export function checkMax(max: number | undefined, name: string): void {
  if (max !== undefined) checkWhole(max, 1, Number.MAX_SAFE_INTEGER, name);
}

export function checkRange({ min = 0, max = 0, after, limit }: ScoreRange): void {
  checkWhole(limit, 1, MAX_LIST, 'limit');
  if (Number.isNaN(min) || Number.isNaN(max)) throw misuse('min and max must be numbers.');
  if (after) checkScored([after]);
}

export function checkQuota(
  key: string,
  { limit, windowMs, cost }: { readonly limit: number; readonly windowMs: number; readonly cost: number },
): void {
  checkKey(key);
  checkWhole(limit, 1, MAX_QUOTA, 'limit');
  checkTtl(windowMs);
  checkWhole(cost, 0, limit, 'cost');
}

export function checkWhole(value: number, min: number, max: number, name: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw misuse(`${name} must be a whole number from ${min} to ${max}, not ${value}.`);
  }
}

export function checkNumber(value: number, name: string): void {
  if (!Number.isFinite(value)) throw misuse(`${name} must be a finite number, not ${value}.`);
}

export function checkMerge(merge: Merge): void {
  const { hashKey, setKey, tombstoneKey, dirtyKey, dirtyMember, dirtyAt } = merge;
  const marks = [dirtyKey, dirtyMember, dirtyAt].filter((part) => part !== undefined);
  if (marks.length % 3 !== 0) throw misuse('dirtyKey, dirtyMember and dirtyAt come together or not at all.');
  const keys = [hashKey, setKey, tombstoneKey, ...(dirtyKey === undefined ? [] : [dirtyKey])];
  checkKeys(keys);
  checkOneSlot(keys);
  checkNames([merge.field, ...merge.floorMembers, ...(dirtyMember === undefined ? [] : [dirtyMember])]);
  if (merge.device !== '') checkName(merge.device);
  checkNumber(merge.order, 'order');
  checkNumber(merge.tie, 'tie');
  checkNumber(dirtyAt ?? 0, 'dirtyAt');
  checkValue(merge.value);
  checkTtl(merge.ttlMs);
}

/** @throws AppError internal unless `beside` may change with `key`. */
export function checkBeside(key: string, beside: Beside | undefined): void {
  if (!beside) return;
  checkKey(beside.key);
  checkTtl(beside.ttlMs);
  checkOneSlot([key, beside.key]);
}

/** @throws AppError internal unless all keys differ and live in one slot of a cluster. */
export function checkOneSlot(keys: readonly string[]): void {
  if (new Set(keys).size !== keys.length)
    throw misuse(`The keys of one verb must differ: ${keys.join(' ')}.`);
  if (new Set(keys.map(hashTag)).size > 1) {
    throw misuse(`The keys of one verb must share a {hash tag}: ${keys.join(' ')}.`);
  }
}

/** What a cluster hashes: the text between the first `{` and the next `}`, if any, else the whole key. */
export function hashTag(key: string): string {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return close > open + 1 ? key.slice(open + 1, close) : key;
}

function checkList(length: number, what: string): void {
  if (length > MAX_LIST) throw misuse(`One verb may take ${MAX_LIST} ${what}, not ${length}.`);
}

const quote = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
