import { type Random } from '@storey/context';
import {
  Kv,
  type Beside,
  type LeaseResult,
  type Merge,
  type QuotaResult,
  type Scored,
  type ScoreRange,
} from '../kv.js';
import * as limits from '../limits.js';
import { OtherKinds } from './other-kinds.js';
import { keepLease, keepValue, pairs, readField, readFields, readKept, readValue } from './kept.js';
import { type RedisConnection } from './redis-connection.js';
import { ADD_SCORED } from './scripts/add-scored.js';
import { COMPARE_AND_DELETE } from './scripts/compare-and-delete.js';
import { COMPARE_AND_SET } from './scripts/compare-and-set.js';
import { DELETE_FIELDS } from './scripts/delete-fields.js';
import { DELETE_KEYS } from './scripts/delete-keys.js';
import { EXPIRE_KEY } from './scripts/expire-key.js';
import { FILL } from './scripts/fill.js';
import { GET_OR_LEASE } from './scripts/get-or-lease.js';
import { MERGE_IF_NEWER } from './scripts/merge-if-newer.js';
import { RANGE_AFTER } from './scripts/range-after.js';
import { REMOVE_IF_SCORE } from './scripts/remove-if-score.js';
import { SET_FIELDS } from './scripts/set-fields.js';
import { SET_IF_ABSENT } from './scripts/set-if-absent.js';
import { TAKE_QUOTA } from './scripts/take-quota.js';

interface Life {
  readonly ttlMs?: number;
}

/**
 * Every verb in one round trip, a command or a script, but for misses of `getOrLease`, which take two. See `kept.ts` for
 * what lies where.
 */
export class RedisKv extends Kv {
  readonly #tokens: string;
  readonly #other: OtherKinds;
  #issued = 0;

  constructor(
    private readonly connection: RedisConnection,
    readonly evicts: boolean,
    random: Random,
  ) {
    super();
    this.#tokens = Buffer.from(random.bytes(9)).toString('base64url');
    this.#other = new OtherKinds(connection);
  }

  // ---- plain values
  async get(key: string): Promise<Uint8Array | undefined> {
    limits.checkKey(key);
    return readValue(await this.#other.none(key, () => this.connection.send('GET', [this.#key(key)])));
  }

  async mget(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    limits.checkKeys(keys);
    return (await this.#bySlot(keys, (some) => this.#mget(some))).map(readValue);
  }

  async set(key: string, value: Uint8Array, { ttlMs }: Life): Promise<void> {
    limits.checkWrite(key, value, ttlMs);
    const life = ttlMs === undefined ? [] : ['PX', ttlMs];
    await this.connection.send('SET', [this.#key(key), keepValue(value), ...life]);
  }

  async setIfAbsent(key: string, value: Uint8Array, { ttlMs }: Life): Promise<Uint8Array | undefined> {
    limits.checkWrite(key, value, ttlMs);
    const args = [keepValue(value), ttlMs ?? ''];
    return readValue(await this.#other.none(key, () => this.connection.run(SET_IF_ABSENT, [key], args)));
  }

  async compareAndSet(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    { ttlMs, beside }: Life & { readonly beside?: Beside },
  ): Promise<boolean> {
    limits.checkWrite(key, value, ttlMs);
    limits.checkBeside(key, beside);
    const args = [keepValue(expected), keepValue(value), ttlMs ?? '', beside?.ttlMs ?? ''];
    const run = (): Promise<unknown> => this.connection.run(COMPARE_AND_SET, withBeside(key, beside), args);
    return isOne(await this.#other.none(key, run));
  }

  async delete(keys: readonly string[]): Promise<number> {
    limits.checkKeys(keys);
    const counts = await this.#perSlot(keys, (some) => this.connection.run(DELETE_KEYS, some, []));
    return counts.reduce((sum: number, count) => sum + Number(count), 0);
  }

  async compareAndDelete(key: string, expected: Uint8Array): Promise<boolean> {
    limits.checkKey(key);
    const args = [keepValue(expected)];
    return isOne(await this.#other.none(key, () => this.connection.run(COMPARE_AND_DELETE, [key], args)));
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    limits.checkKey(key);
    limits.checkTtl(ttlMs);
    return isOne(await this.connection.run(EXPIRE_KEY, [key], [ttlMs]));
  }

  // ---- leases
  /** What is there costs a plain MGET; a script, which is dearer for the server, is for the rest alone. */
  async getOrLease(keys: readonly string[], leaseMs: number): Promise<readonly LeaseResult[]> {
    limits.checkKeys(keys);
    limits.checkTtl(leaseMs);
    const found = (await this.#bySlot(keys, (some) => this.#mget(some))).map(readKept);
    const missing = keys.filter((_, at) => !(found[at] instanceof Uint8Array));
    if (missing.length === 0) return found.map((value) => ({ value: value as Uint8Array }));
    const leased = (await this.#lease(missing, leaseMs)).values();
    return found.map((kept) => (kept instanceof Uint8Array ? { value: kept } : (leased.next().value ?? {})));
  }

  async #lease(keys: readonly string[], leaseMs: number): Promise<readonly LeaseResult[]> {
    const found = await this.#bySlot(keys, (some) => {
      const args = [leaseMs, this.#nextToken()];
      return this.#other.none(some.join(' '), () => this.connection.run(GET_OR_LEASE, some, args));
    });
    return found.map((reply) => {
      const kept = readKept(reply);
      if (kept === undefined) return {};
      return kept instanceof Uint8Array ? { value: kept } : { token: kept.lease };
    });
  }

  async fill(
    key: string,
    token: string,
    value: Uint8Array,
    { ttlMs, beside }: { readonly ttlMs: number; readonly beside?: Beside },
  ): Promise<boolean> {
    limits.checkWrite(key, value, ttlMs);
    limits.checkBeside(key, beside);
    const args = [keepLease(token), keepValue(value), ttlMs, beside?.ttlMs ?? ''];
    return isOne(await this.connection.run(FILL, withBeside(key, beside), args));
  }

  // ---- hashes
  async setFields(
    key: string,
    fields: ReadonlyMap<string, Uint8Array>,
    { ttlMs, maxFields }: Life & { readonly maxFields?: number },
  ): Promise<void> {
    limits.checkKey(key);
    limits.checkFields(fields);
    limits.checkTtl(ttlMs);
    limits.checkMax(maxFields, 'maxFields');
    const kept = [...fields].slice(maxFields === undefined ? 0 : -maxFields);
    const writes = kept.flatMap(([field, value]) => [field, Buffer.from(value)]);
    await this.#other.write([key], () =>
      this.connection.run(SET_FIELDS, [key], [ttlMs ?? '', maxFields ?? '', ...writes]),
    );
  }

  async getFields(key: string, fields: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    limits.checkKey(key);
    limits.checkNames(fields);
    const found = await this.#other.read(key, [], () =>
      this.connection.send('HMGET', [this.#key(key), ...fields, '']),
    );
    const kept = found as readonly unknown[];
    return fields.map((_, i) => readField(kept[i])?.value);
  }

  async getAllFields(key: string): Promise<ReadonlyMap<string, Uint8Array>> {
    limits.checkKey(key);
    const found = this.#other.read(key, [], () => this.connection.send('HGETALL', [this.#key(key)]));
    return readFields(await found);
  }

  async deleteFields(key: string, fields: readonly string[]): Promise<number> {
    limits.checkKey(key);
    limits.checkNames(fields);
    return Number(await this.#other.read(key, 0, () => this.connection.run(DELETE_FIELDS, [key], fields)));
  }

  // ---- sorted sets
  async addScored(
    key: string,
    members: readonly Scored[],
    { ttlMs, maxMembers }: Life & { readonly maxMembers?: number },
  ): Promise<void> {
    limits.checkMembers(key, members, maxMembers);
    limits.checkTtl(ttlMs);
    const args = [ttlMs ?? '', maxMembers ?? '', '', ...scoresFirst(members)];
    await this.#other.write([key], () => this.connection.run(ADD_SCORED, [key], args));
  }

  async addScoredIfPresent(
    key: string,
    members: readonly Scored[],
    { maxMembers }: { readonly maxMembers?: number },
  ): Promise<boolean> {
    limits.checkMembers(key, members, maxMembers);
    const args = ['', maxMembers ?? '', '1', ...scoresFirst(members)];
    return isOne(await this.#other.read(key, 0, () => this.connection.run(ADD_SCORED, [key], args)));
  }

  async removeScored(key: string, members: readonly string[]): Promise<number> {
    limits.checkKey(key);
    limits.checkNames(members);
    // With one name too many, so that a list without members is a command all the same; no member is called ''.
    const removed = this.#other.read(key, 0, () =>
      this.connection.send('ZREM', [this.#key(key), ...members, '']),
    );
    return Number(await removed);
  }

  async removeIfScore(key: string, members: readonly Scored[]): Promise<number> {
    limits.checkMembers(key, members, undefined);
    // Of a member named twice the last score counts.
    const wanted = [...new Map(members.map(({ member, score }) => [member, { member, score }])).values()];
    const args = scoresFirst(wanted);
    return Number(await this.#other.read(key, 0, () => this.connection.run(REMOVE_IF_SCORE, [key], args)));
  }

  async rangeByScore(key: string, range: ScoreRange): Promise<readonly Scored[]> {
    limits.checkKey(key);
    limits.checkRange(range);
    const { after, order } = range;
    const flat = await this.#other.read(key, [], () =>
      after ? this.#rangeAfter(key, range, after) : this.#range(key, range),
    );
    const found = pairs(flat).map(([member, score]) => ({ member, score: Number(String(score)) }));
    return after && order === 'descending' ? found.reverse() : found;
  }

  async countScored(key: string): Promise<number> {
    limits.checkKey(key);
    return Number(await this.#other.read(key, 0, () => this.connection.send('ZCARD', [this.#key(key)])));
  }

  async scoresOf(key: string, members: readonly string[]): Promise<readonly (number | undefined)[]> {
    limits.checkKey(key);
    limits.checkNames(members);
    const scores = await this.#other.read(key, [], () =>
      this.connection.send('ZMSCORE', [this.#key(key), ...members, '']),
    );
    const found = scores as readonly unknown[];
    return members.map((_, i) => (found[i] ? Number(String(found[i])) : undefined));
  }

  // ---- compound verbs
  async mergeIfNewer(merge: Merge): Promise<'written' | 'older' | 'deleted'> {
    limits.checkMerge(merge);
    const { hashKey, setKey, tombstoneKey, dirtyKey } = merge;
    const keys = [hashKey, setKey, tombstoneKey, ...(dirtyKey === undefined ? [] : [dirtyKey])];
    const args = [
      merge.field,
      Buffer.from(merge.value),
      merge.order,
      merge.tie,
      merge.device,
      merge.ttlMs ?? '',
      merge.dirtyMember ?? '',
      merge.dirtyAt ?? '',
      ...merge.floorMembers,
    ];
    const outcome = await this.#other.write(keys, () => this.connection.run(MERGE_IF_NEWER, keys, args));
    return String(outcome) as 'written' | 'older' | 'deleted';
  }

  async takeQuota(
    key: string,
    quota: { readonly limit: number; readonly windowMs: number; readonly cost: number },
  ): Promise<QuotaResult> {
    limits.checkQuota(key, quota);
    const args = [quota.limit, quota.windowMs, quota.cost];
    const taken = await this.#other.none(key, () => this.connection.run(TAKE_QUOTA, [key], args));
    const retryAfterMs = Number(taken);
    return { allowed: retryAfterMs === 0, retryAfterMs };
  }

  // ---- the store
  async flush(): Promise<void> {
    return this.connection.flush();
  }

  async ping(): Promise<void> {
    return this.connection.ping();
  }

  async close(): Promise<void> {
    return this.connection.close();
  }

  #mget(keys: readonly string[]): Promise<unknown> {
    return this.connection.send('MGET', keys.map(this.#key));
  }

  readonly #key = (key: string): string => this.connection.key(key);

  #nextToken(): string {
    this.#issued += 1;
    return `${this.#tokens}.${this.#issued}`;
  }

  #range(key: string, { min = -Infinity, max = Infinity, order, limit }: ScoreRange): Promise<unknown> {
    const rest = ['LIMIT', 0, limit, 'WITHSCORES'];
    const [low, high] = [bound(min), bound(max)];
    const bounds = order === 'ascending' ? [low, high, 'BYSCORE'] : [high, low, 'BYSCORE', 'REV'];
    return this.connection.send('ZRANGE', [this.#key(key), ...bounds, ...rest]);
  }

  #rangeAfter(key: string, range: ScoreRange, { score, member }: Scored): Promise<unknown> {
    const { min = -Infinity, max = Infinity, order, limit } = range;
    return this.connection.run(RANGE_AFTER, [key], [bound(min), bound(max), limit, order, score, member]);
  }

  /** One call for the keys of each slot, side by side; one for all of them on a single server. */
  async #perSlot<T>(
    keys: readonly string[],
    call: (some: readonly string[]) => Promise<T>,
  ): Promise<readonly T[]> {
    const groups = this.connection.isCluster
      ? Map.groupBy(keys, (key) => limits.hashTag(key)).values()
      : [keys].filter(({ length }) => length > 0);
    return Promise.all([...groups].map(call));
  }

  /** The same, for a call that answers key by key; answers come in the order of `keys`. */
  async #bySlot(
    keys: readonly string[],
    call: (some: readonly string[]) => Promise<unknown>,
  ): Promise<readonly unknown[]> {
    if (!this.connection.isCluster) return keys.length > 0 ? ((await call(keys)) as readonly unknown[]) : [];
    const answers = new Map<string, unknown[]>();
    await this.#perSlot(keys, async (some) => {
      const replies = (await call(some)) as readonly unknown[];
      some.forEach((key, i) => answers.set(key, [...(answers.get(key) ?? []), replies[i]]));
    });
    return keys.map((key) => answers.get(key)?.shift());
  }
}

const withBeside = (key: string, beside: Beside | undefined): readonly string[] =>
  beside ? [key, beside.key] : [key];

const isOne = (reply: unknown): boolean => reply === 1;

const scoresFirst = (members: readonly Scored[]): readonly (string | number)[] =>
  members.flatMap(({ member, score }) => [score, member]);

/** As Redis writes it. */
const bound = (score: number): string => (Number.isFinite(score) ? `${score}` : score < 0 ? '-inf' : '+inf');
