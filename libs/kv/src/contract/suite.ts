import { type FakeClock } from '@storey/context';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kv, type Scored } from '../kv.js';

/** How the parts of the contract come by a store, and what an adapter is excused from. */
export interface Suite {
  readonly kv: () => Kv;
  readonly time: () => Time;
  readonly test: (sentence: string, run: () => Promise<void>) => void;
}

/** The time that a store goes by: a fake clock that is turned, or that of a server that is waited for. */
export interface Time {
  /** A short life. */
  readonly lifeMs: number;
  /** The window of a quota. */
  readonly windowMs: number;
  /** The least that makes a difference: something is still there so long before its end. At most half of the others. */
  readonly tickMs: number;
  now(): number;
  /** Returns when `ms` have passed for the store. */
  advance(ms: number): Promise<void>;
  /** Sets the store's clock back, for what lies under `key`. */
  setBack(ms: number, key: string): Promise<void>;
}

/** Exact to the millisecond. */
export const fakeTime = (clock: FakeClock): Time => ({
  lifeMs: 100,
  windowMs: 60_000,
  tickMs: 1,
  now: () => clock.now(),
  advance: (ms) => clock.advance(ms),
  setBack: async (ms) => clock.step(-ms),
});

export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value).toString();

export const fields = (record: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(record).map(([field, value]) => [field, bytes(value)]));

export const scored = (record: Readonly<Record<string, number>>): readonly Scored[] =>
  Object.entries(record).map(([member, score]) => ({ member, score }));

export const isMisuse = { kind: 'internal', code: 'KV_MISUSE' };

export { afterEach, beforeEach, describe, expect, it };
