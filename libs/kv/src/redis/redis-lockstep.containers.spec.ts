import fc from 'fast-check';
import { realStores } from '@storey/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAppError } from '@storey/errors';
import { type Kv, type Merge } from '../kv.js';
import { openKv } from '../open-kv.js';

const life = { ttlMs: 600_000 };
const SEED = Number(process.env.SEED ?? 20_261_121);

/** Few keys, so that verbs meet, and not every kind stays apart. */
const key = fc.constantFrom('{1}a', '{1}b', '{2}c', 'd');
const field = fc.constantFrom('f', 'g', 'h h', '__proto__', 'i', 'F');
const value = fc.uint8Array({ maxLength: 12 });
const score = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(0.1, 2 ** 53, -1e300, 5e-324));
const scored = fc.record({ member: field, score });
const options = fc.record(
  { ttlMs: fc.constant(600_000), maxFields: fc.nat(3), maxMembers: fc.nat(3) },
  { requiredKeys: [] },
);
const range = fc.record(
  {
    min: score,
    max: score,
    after: scored,
    order: fc.constantFrom('ascending' as const, 'descending' as const),
    limit: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: ['order', 'limit'] },
);
const merge: fc.Arbitrary<Merge> = fc
  .record({
    field,
    value,
    order: fc.integer({ min: 0, max: 3 }),
    tie: fc.integer({ min: 0, max: 3 }),
    device: fc.constantFrom('', 'tv', 'phone'),
    floorMembers: fc.subarray(['all', 'i']),
    marked: fc.boolean(),
    dirtyAt: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ marked, dirtyAt, ...rest }) => ({
    ...rest,
    hashKey: '{m}hash',
    setKey: '{m}set',
    tombstoneKey: '{m}del',
    ...(marked && { dirtyKey: '{m}dirty', dirtyMember: '7', dirtyAt }),
  }));

interface Step {
  readonly name: string;
  readonly run: (kv: Kv) => Promise<unknown>;
}

const step = <T>(name: string, input: fc.Arbitrary<T>, run: (kv: Kv, input: T) => Promise<unknown>) =>
  input.map((given): Step => ({ name: `${name} ${fc.stringify(given)}`, run: (kv) => run(kv, given) }));

const keyAnd = <T>(input: fc.Arbitrary<T>) => fc.tuple(key, input);
const hashKeys = fc.constantFrom('{m}hash', '{1}a', 'd');
const setKeys = fc.constantFrom('{m}set', '{m}del', '{m}dirty', '{1}b');
const fieldMap = fc.array(fc.tuple(field, value), { maxLength: 4 }).map((fields) => new Map(fields));

const steps = fc.oneof(
  step('get', key, (kv, k) => kv.get(k)),
  step('mget', fc.array(key, { maxLength: 5 }), (kv, keys) => kv.mget(keys)),
  step('set', keyAnd(value), (kv, [k, v]) => kv.set(k, v, life)),
  step('setIfAbsent', keyAnd(value), (kv, [k, v]) => kv.setIfAbsent(k, v, {})),
  step('compareAndSet', fc.tuple(key, value, value), (kv, [k, e, v]) => kv.compareAndSet(k, e, v, life)),
  step('compareAndSet beside', fc.tuple(key, value, value), (kv, [k, e, v]) =>
    kv.compareAndSet(k, e, v, { ...life, beside: { key: '{1}c', ttlMs: 600_000 } }),
  ),
  step('delete', fc.array(fc.oneof(key, setKeys), { maxLength: 3 }), (kv, keys) => kv.delete(keys)),
  step('compareAndDelete', keyAnd(value), (kv, [k, v]) => kv.compareAndDelete(k, v)),
  step('expire', key, (kv, k) => kv.expire(k, 600_000)),
  step('setFields', fc.tuple(hashKeys, fieldMap, options), (kv, [k, fields, { maxFields, ...rest }]) =>
    kv.setFields(k, fields, { ...rest, ...(maxFields !== undefined && { maxFields }) }),
  ),
  step('getFields', fc.tuple(hashKeys, fc.array(field, { maxLength: 3 })), (kv, [k, fields]) =>
    kv.getFields(k, fields),
  ),
  step('getAllFields', hashKeys, async (kv, k) => [...(await kv.getAllFields(k))]),
  step('deleteFields', fc.tuple(hashKeys, fc.array(field, { maxLength: 3 })), (kv, [k, fields]) =>
    kv.deleteFields(k, fields),
  ),
  step('addScored', fc.tuple(setKeys, fc.array(scored, { maxLength: 4 }), options), (kv, [k, m, o]) =>
    kv.addScored(k, m, o),
  ),
  step('addScoredIfPresent', fc.tuple(setKeys, fc.array(scored, { maxLength: 2 })), (kv, [k, m]) =>
    kv.addScoredIfPresent(k, m, { maxMembers: 4 }),
  ),
  step('removeScored', fc.tuple(setKeys, fc.array(field, { maxLength: 3 })), (kv, [k, m]) =>
    kv.removeScored(k, m),
  ),
  step('removeIfScore', fc.tuple(setKeys, fc.array(scored, { maxLength: 3 })), (kv, [k, m]) =>
    kv.removeIfScore(k, m),
  ),
  step('rangeByScore', fc.tuple(setKeys, range), (kv, [k, r]) => kv.rangeByScore(k, r)),
  step('countScored', setKeys, (kv, k) => kv.countScored(k)),
  step('scoresOf', fc.tuple(setKeys, fc.array(field, { maxLength: 3 })), (kv, [k, m]) => kv.scoresOf(k, m)),
  { weight: 4, arbitrary: step('mergeIfNewer', merge, (kv, m) => kv.mergeIfNewer(m)) },
  step('takeQuota', fc.integer({ min: 0, max: 3 }), async (kv, cost) => {
    const { allowed } = await kv.takeQuota('q', { limit: 6, windowMs: 600_000, cost });
    return allowed;
  }),
);

/** What a verb came to: its answer, or the kind of its error. */
async function outcome(verb: Promise<unknown>): Promise<unknown> {
  try {
    return comparable(await verb);
  } catch (error) {
    if (isAppError(error)) return error.code;
    throw error;
  }
}

/** Adapters may answer with any kind of bytes, and either zero. */
const comparable = (answer: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answer ?? null, (_, part: unknown) =>
      part instanceof Uint8Array && !Buffer.isBuffer(part) ? Buffer.from(part).toString('hex') : part,
    ),
  );

describe('redis: beside memory:', () => {
  let redis: Kv;
  let memory: Kv;
  beforeAll(async () => {
    redis = await openKv(`${realStores.redis}/3?timeoutMs=2000`);
    memory = await openKv('memory:');
  });
  afterAll(() => Promise.all([redis.close(), memory.close()]));

  it(`gives the same answers to any sequence of verbs (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60 }), async (sequence) => {
        await Promise.all([redis.flush(), memory.flush()]);
        for (const { name, run } of sequence) {
          const [actual, expected] = await Promise.all([outcome(run(redis)), outcome(run(memory))]);
          expect({ name, answer: actual }).toEqual({ name, answer: expected });
        }
      }),
      { numRuns: 120, seed: SEED },
    );
  });

  it('leases the same of what any sequence of writes leaves', async () => {
    const writes = fc.array(fc.tuple(fc.constantFrom('lease', 'set', 'delete', 'fill', 'absent'), key), {
      minLength: 10,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(writes, async (sequence) => {
        await Promise.all([redis.flush(), memory.flush()]);
        const stores = [redis, memory].map((kv) => ({ kv, tokens: new Map<string, string>() }));
        for (const [verb, k] of sequence) {
          const [actual, expected] = await Promise.all(stores.map((store) => leaseStep(store, verb, k)));
          expect({ verb, k, actual }).toEqual({ verb, k, actual: expected });
        }
      }),
      { numRuns: 60, seed: SEED },
    );
  });
});

async function leaseStep(
  { kv, tokens }: { readonly kv: Kv; readonly tokens: Map<string, string> },
  verb: string,
  k: string,
): Promise<unknown> {
  const v = Buffer.from(verb);
  if (verb === 'set') return comparable(await kv.set(k, v, life));
  if (verb === 'absent') return comparable(await kv.setIfAbsent(k, v, life));
  if (verb === 'delete') return kv.delete([k]);
  // The token once given for the key, though it may be void by now.
  if (verb === 'fill') return kv.fill(k, tokens.get(k) ?? 'none', v, life);
  const [first, second] = await kv.getOrLease([k, k], 600_000);
  if (first?.token) tokens.set(k, first.token);
  return comparable([first, second].map((result) => result && { ...result, token: !!result.token }));
}
