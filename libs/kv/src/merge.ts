import { type Effect } from './effect.js';
import { type Merge } from './kv.js';
import { type Store } from './store.js';

export interface MergeDecision {
  readonly outcome: 'written' | 'older' | 'deleted';
  readonly effects: readonly Effect[];
}

/** `mergeIfNewer` as a decision: nothing is changed here. */
export function decideMerge(store: Store, merge: Merge): MergeDecision {
  if (isDeleted(store, merge)) return { outcome: 'deleted', effects: [] };
  if (!isNewer(store, merge)) return { outcome: 'older', effects: [] };
  return { outcome: 'written', effects: [...record(store, merge), ...mark(store, merge)] };
}

function isDeleted(store: Store, { tombstoneKey, field, floorMembers, order }: Merge): boolean {
  const tombstones = store.set(tombstoneKey);
  if (tombstones === undefined) return false;
  return [field, ...floorMembers].some((member) => order <= (tombstones.scoreOf(member) ?? -Infinity));
}

function isNewer(store: Store, { hashKey, setKey, field, order, device, tie }: Merge): boolean {
  const hash = store.hash(hashKey);
  const stored = store.set(setKey)?.scoreOf(field);
  if (stored === undefined || order > stored) return true;
  if (order < stored) return false;
  if (!hash?.has(field)) return true;
  if (device === '') return false;
  const origin = hash.originOf(field);
  return origin?.device !== device || tie >= origin.tie;
}

function record(store: Store, { hashKey, setKey, field, value, order, device, tie, ttlMs }: Merge): Effect[] {
  const expiresAt = ttlMs === undefined ? undefined : store.clock.now() + ttlMs;
  return [
    ...store.burial(hashKey),
    {
      op: 'setFields',
      key: hashKey,
      fields: [{ field, value: new Uint8Array(value), origin: { device, tie } }],
      expiresAt,
    },
    ...store.burial(setKey),
    { op: 'addScored', key: setKey, members: [{ member: field, score: order }], expiresAt },
  ];
}

function mark(store: Store, { dirtyKey, dirtyMember, dirtyAt }: Merge): Effect[] {
  if (dirtyKey === undefined || dirtyMember === undefined || dirtyAt === undefined) return [];
  const present = store.set(dirtyKey)?.scoreOf(dirtyMember) ?? -Infinity;
  const score = Math.max(dirtyAt, present + 1);
  return [
    ...store.burial(dirtyKey),
    { op: 'addScored', key: dirtyKey, members: [{ member: dirtyMember, score }] },
  ];
}
