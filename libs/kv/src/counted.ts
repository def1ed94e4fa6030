import { Kv } from './kv.js';

const VERBS = [
  'get',
  'mget',
  'set',
  'setIfAbsent',
  'compareAndSet',
  'delete',
  'compareAndDelete',
  'expire',
  'getOrLease',
  'fill',
  'setFields',
  'getFields',
  'getAllFields',
  'deleteFields',
  'addScored',
  'addScoredIfPresent',
  'removeScored',
  'removeIfScore',
  'rangeByScore',
  'countScored',
  'scoresOf',
  'mergeIfNewer',
  'takeQuota',
] as const satisfies readonly (keyof Kv)[];

type Verb = (typeof VERBS)[number];
type Call = (...args: unknown[]) => Promise<unknown>;

/** How often each verb was called; each is a round trip where the store is a server. */
export type KvCounts = Readonly<Record<Verb, number>>;

/** The same store, which counts what is asked of it. */
export function counted(kv: Kv): { readonly kv: Kv; readonly counts: KvCounts } {
  const counts = Object.fromEntries(VERBS.map((verb) => [verb, 0])) as Record<Verb, number>;
  const counting = (verb: Verb): PropertyDescriptor => {
    const call = (kv[verb] as Call).bind(kv);
    const value: Call = (...args) => {
      counts[verb] += 1;
      return call(...args);
    };
    return { value };
  };
  const rest = (['flush', 'ping', 'close'] as const).map((name) => [name, { value: () => kv[name]() }]);
  const members: PropertyDescriptorMap = {
    ...Object.fromEntries(VERBS.map((verb) => [verb, counting(verb)])),
    ...(Object.fromEntries(rest) as PropertyDescriptorMap),
    evicts: { value: kv.evicts },
  };
  return { kv: Object.create(Kv.prototype, members) as Kv, counts };
}
