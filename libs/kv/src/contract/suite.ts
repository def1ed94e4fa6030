import { type FakeClock } from '@storey/context';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kv, type Scored } from '../kv.js';

/** How the parts of the contract come by a store, and what an adapter is excused from. */
export interface Suite {
  readonly kv: () => Kv;
  readonly clock: () => FakeClock;
  readonly test: (sentence: string, run: () => Promise<void>) => void;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value).toString();

export const fields = (record: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(record).map(([field, value]) => [field, bytes(value)]));

export const scored = (record: Readonly<Record<string, number>>): readonly Scored[] =>
  Object.entries(record).map(([member, score]) => ({ member, score }));

export const isMisuse = { kind: 'internal', code: 'KV_MISUSE' };

export { afterEach, beforeEach, describe, expect, it };
