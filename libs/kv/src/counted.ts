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
  const counting = (verb: Verb): Call => {
    const call = (kv[verb] as Call).bind(kv);
    return (...args) => {
      counts[verb] += 1;
      return call(...args);
    };
  };
  const store = Object.assign(Object.create(Kv.prototype) as object, {
    ...Object.fromEntries(VERBS.map((verb) => [verb, counting(verb)])),
    evicts: kv.evicts,
    flush: () => kv.flush(),
    ping: () => kv.ping(),
    close: () => kv.close(),
  });
  return { kv: store as Kv, counts };
}
