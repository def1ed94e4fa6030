import { type Effect, type ExpiresAt } from './effect.js';
import { type Scored } from './kv.js';
import { SortedSet } from './sorted-set.js';
import { type Store } from './store.js';

/** What some verbs will do, decided from what is there. Nothing is changed here. */

interface Bound {
  readonly max: number | undefined;
  readonly expiresAt: ExpiresAt | undefined;
}

export function setFields(
  store: Store,
  key: string,
  fields: ReadonlyMap<string, Uint8Array>,
  { max = Infinity, expiresAt }: Bound,
): readonly Effect[] {
  const hash = store.hash(key);
  if (fields.size === 0) return [];
  const kept = [...fields].slice(Number.isFinite(max) ? -max : 0);
  const names = new Set(kept.map(([field]) => field));
  const added = [...names].filter((field) => !hash?.has(field)).length;
  const excess = (hash?.size ?? 0) + added - max;
  const dropped = hash?.oldest(excess, names) ?? [];
  const writes = kept.map(([field, value]) => ({ field, value: new Uint8Array(value) }));
  return [
    ...store.burial(key),
    { op: 'setFields', key, fields: writes, expiresAt },
    ...deleteFields(key, dropped),
  ];
}

export const deleteFields = (key: string, fields: readonly string[]): readonly Effect[] =>
  fields.length > 0 ? [{ op: 'deleteFields', key, fields }] : [];

export function addScored(
  store: Store,
  key: string,
  members: readonly Scored[],
  { max = Infinity, expiresAt }: Bound,
): readonly Effect[] {
  const set = store.set(key) ?? new SortedSet();
  if (members.length === 0) return [];
  const added = new Set(members.map(({ member }) => member).filter((m) => set.scoreOf(m) === undefined));
  const dropped = set.lowestAfter(members, set.size + added.size - max);
  const copies = members.map(({ member, score }) => ({ member, score }));
  return [
    ...store.burial(key),
    { op: 'addScored', key, members: copies, expiresAt },
    ...removeScored(key, dropped),
  ];
}

export const removeScored = (key: string, members: readonly string[]): readonly Effect[] =>
  members.length > 0 ? [{ op: 'removeScored', key, members }] : [];
