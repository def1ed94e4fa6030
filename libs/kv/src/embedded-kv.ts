import { type Engine } from './engine.js';
import { type Effect } from './effect.js';
import * as decide from './decide.js';
import {
  Kv,
  type Beside,
  type LeaseResult,
  type Merge,
  type QuotaResult,
  type Scored,
  type ScoreRange,
} from './kv.js';
import {
  checkBeside,
  checkFields,
  checkKey,
  checkKeys,
  checkMax,
  checkMembers,
  checkMerge,
  checkNames,
  checkQuota,
  checkRange,
  checkTtl,
  checkWrite,
} from './limits.js';
import { decideMerge } from './merge.js';
import { readTaken, take, writeTaken } from './quota.js';

interface Life {
  readonly ttlMs?: number;
}

/** The verbs over an engine in this process: each checks its input, decides what to do and does it in one step. */
export class EmbeddedKv extends Kv {
  readonly evicts: boolean;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    this.evicts = engine.evicts;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return this.#engine.answer(this.#engine.read().value(key));
  }

  async mget(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    checkKeys(keys);
    const store = this.#engine.read();
    return this.#engine.answer(
      keys.map((key) => {
        const entry = store.find(key);
        return entry?.kind === 'value' ? entry.value : undefined;
      }),
    );
  }

  async set(key: string, value: Uint8Array, { ttlMs }: Life): Promise<void> {
    checkWrite(key, value, ttlMs);
    return this.#engine.write([this.#put(key, value, ttlMs)], undefined);
  }

  async setIfAbsent(key: string, value: Uint8Array, { ttlMs }: Life): Promise<Uint8Array | undefined> {
    checkWrite(key, value, ttlMs);
    const present = this.#engine.read().value(key);
    return this.#engine.write(present ? [] : [this.#put(key, value, ttlMs)], present);
  }

  async compareAndSet(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    { ttlMs, beside }: Life & { readonly beside?: Beside },
  ): Promise<boolean> {
    checkWrite(key, value, ttlMs);
    checkBeside(key, beside);
    const same = this.#holds(key, expected);
    return this.#engine.write(
      same ? [this.#put(key, value, ttlMs), ...this.#putBeside(value, beside)] : [],
      same,
    );
  }

  async delete(keys: readonly string[]): Promise<number> {
    checkKeys(keys);
    const store = this.#engine.read();
    const present = [...new Set(keys)].filter((key) => store.find(key));
    const count = this.#engine.write(present.map(remove), present.length);
    for (const key of keys) this.#engine.leases.void(key);
    return count;
  }

  async compareAndDelete(key: string, expected: Uint8Array): Promise<boolean> {
    checkKey(key);
    const same = this.#holds(key, expected);
    return this.#engine.write(same ? [remove(key)] : [], same);
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    checkKey(key);
    checkTtl(ttlMs);
    const exists = this.#engine.read().find(key) !== undefined;
    return this.#engine.write(
      exists ? [{ op: 'expire', key, expiresAt: this.#engine.clock.now() + ttlMs }] : [],
      exists,
    );
  }

  async getOrLease(keys: readonly string[], leaseMs: number): Promise<readonly LeaseResult[]> {
    checkKeys(keys);
    checkTtl(leaseMs);
    const store = this.#engine.read();
    const values = keys.map((key) => store.value(key));
    this.#engine.leased();
    return this.#engine.answer(
      keys.map((key, index) => {
        const value = values[index];
        if (value) return { value };
        const token = this.#engine.leases.take(key, leaseMs);
        return token === undefined ? {} : { token };
      }),
    );
  }

  async fill(
    key: string,
    token: string,
    value: Uint8Array,
    { ttlMs, beside }: { readonly ttlMs: number; readonly beside?: Beside },
  ): Promise<boolean> {
    checkWrite(key, value, ttlMs);
    checkBeside(key, beside);
    const mayFill = this.#engine.read().find(key) === undefined && this.#engine.leases.isHeld(key, token);
    return this.#engine.write(
      mayFill ? [this.#put(key, value, ttlMs), ...this.#putBeside(value, beside)] : [],
      mayFill,
    );
  }

  async setFields(
    key: string,
    fields: ReadonlyMap<string, Uint8Array>,
    { ttlMs, maxFields }: Life & { readonly maxFields?: number },
  ): Promise<void> {
    checkKey(key);
    checkFields(fields);
    checkTtl(ttlMs);
    checkMax(maxFields, 'maxFields');
    const bound = { max: maxFields, expiresAt: this.#engine.expiry(ttlMs) };
    return this.#engine.write(decide.setFields(this.#engine.read(), key, fields, bound), undefined);
  }

  async getFields(key: string, fields: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    checkKey(key);
    checkNames(fields);
    const hash = this.#engine.read().hash(key);
    return this.#engine.answer(fields.map((field) => hash?.get(field)));
  }

  async getAllFields(key: string): Promise<ReadonlyMap<string, Uint8Array>> {
    checkKey(key);
    const hash = this.#engine.read().hash(key);
    return this.#engine.answer(
      new Map([...(hash?.writes() ?? [])].map(({ field, value }) => [field, value])),
    );
  }

  async deleteFields(key: string, fields: readonly string[]): Promise<number> {
    checkKey(key);
    checkNames(fields);
    const hash = this.#engine.read().hash(key);
    const present = [...new Set(fields)].filter((field) => hash?.has(field));
    return this.#engine.write(decide.deleteFields(key, present), present.length);
  }

  async addScored(
    key: string,
    members: readonly Scored[],
    { ttlMs, maxMembers }: Life & { readonly maxMembers?: number },
  ): Promise<void> {
    checkMembers(key, members, maxMembers);
    checkTtl(ttlMs);
    const bound = { max: maxMembers, expiresAt: this.#engine.expiry(ttlMs) };
    return this.#engine.write(decide.addScored(this.#engine.read(), key, members, bound), undefined);
  }

  async addScoredIfPresent(
    key: string,
    members: readonly Scored[],
    { maxMembers }: { readonly maxMembers?: number },
  ): Promise<boolean> {
    checkMembers(key, members, maxMembers);
    const store = this.#engine.read();
    const exists = store.set(key) !== undefined;
    const bound = { max: maxMembers, expiresAt: undefined };
    return this.#engine.write(exists ? decide.addScored(store, key, members, bound) : [], exists);
  }

  async removeScored(key: string, members: readonly string[]): Promise<number> {
    checkKey(key);
    checkNames(members);
    return this.#removeScored(key, members, () => true);
  }

  async removeIfScore(key: string, members: readonly Scored[]): Promise<number> {
    checkMembers(key, members, undefined);
    const wanted = new Map(members.map(({ member, score }) => [member, score]));
    return this.#removeScored(key, [...wanted.keys()], (member, score) => wanted.get(member) === score);
  }

  async rangeByScore(key: string, range: ScoreRange): Promise<readonly Scored[]> {
    checkKey(key);
    checkRange(range);
    return this.#engine.answer(this.#engine.read().set(key)?.range(range) ?? []);
  }

  async countScored(key: string): Promise<number> {
    checkKey(key);
    return this.#engine.answer(this.#engine.read().set(key)?.size ?? 0);
  }

  async scoresOf(key: string, members: readonly string[]): Promise<readonly (number | undefined)[]> {
    checkKey(key);
    checkNames(members);
    const set = this.#engine.read().set(key);
    return this.#engine.answer(members.map((member) => set?.scoreOf(member)));
  }

  async mergeIfNewer(merge: Merge): Promise<'written' | 'older' | 'deleted'> {
    checkMerge(merge);
    const { outcome, effects } = decideMerge(this.#engine.read(), merge);
    return this.#engine.write(effects, outcome);
  }

  async takeQuota(
    key: string,
    quota: { readonly limit: number; readonly windowMs: number; readonly cost: number },
  ): Promise<QuotaResult> {
    checkQuota(key, quota);
    const kept = this.#engine.read().value(key);
    const now = this.#engine.clock.now();
    const before = kept ? readTaken(kept) : [];
    const { taken, ...result } = take({ taken: before, now, ...quota });
    if (taken === undefined) return this.#engine.write([], result);
    return this.#engine.write([{ op: 'put', key, ...writeTaken(taken, quota.windowMs) }], result);
  }

  async flush(): Promise<void> {
    return this.#engine.write([{ op: 'flush' }], undefined);
  }

  async ping(): Promise<void> {
    return this.#engine.ping();
  }

  async close(): Promise<void> {
    return this.#engine.close();
  }

  #put(key: string, value: Uint8Array, ttlMs: number | undefined): Effect {
    return {
      op: 'put',
      key,
      value: new Uint8Array(value),
      expiresAt: this.#engine.expiry(ttlMs) ?? Infinity,
    };
  }

  #putBeside(value: Uint8Array, beside: Beside | undefined): readonly Effect[] {
    if (!beside) return [];
    const { key, ttlMs } = beside;
    return [ttlMs === undefined ? remove(key) : this.#put(key, value, ttlMs)];
  }

  #holds(key: string, expected: Uint8Array): boolean {
    const present = this.#engine.read().value(key);
    return present !== undefined && Buffer.compare(present, expected) === 0;
  }

  #removeScored(
    key: string,
    members: readonly string[],
    applies: (member: string, score: number) => boolean,
  ): Promise<number> | number {
    const set = this.#engine.read().set(key);
    const gone = [...new Set(members)].filter((member) => {
      const score = set?.scoreOf(member);
      return score !== undefined && applies(member, score);
    });
    return this.#engine.write(decide.removeScored(key, gone), gone.length);
  }
}

const remove = (key: string): Effect => ({ op: 'delete', key });
