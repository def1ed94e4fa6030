import { type Clock } from '@storey/context';
import { type Effect, type ExpiresAt, type Undo } from './effect.js';
import { FieldMap } from './field-map.js';
import { misuse } from './limits.js';
import { SortedSet } from './sorted-set.js';

type Content =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'hash'; readonly hash: FieldMap }
  | { readonly kind: 'sorted set'; readonly set: SortedSet };

export type Entry = Content & { readonly key: string; expiresAt: ExpiresAt };

interface Target {
  readonly key: string;
  readonly expiresAt?: ExpiresAt | undefined;
}

/** Bytes a key costs beside its name and content. */
const ENTRY_OVERHEAD = 128;

/**
 * Everything in memory, its bytes counted. Reads see what is alive by the clock; nothing changes but by effects, each
 * of which can be taken back, and by eviction.
 */
export class Store {
  #entries = new Map<string, Entry>();
  #bytes = 0;
  #sweep: Iterator<Entry> | undefined;

  /** @param recency keep keys in order of use, for `evictTo`. */
  constructor(
    readonly clock: Clock,
    private readonly recency: boolean,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry)) return undefined;
    if (this.recency) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  value(key: string): Uint8Array | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.kind !== 'value') throw wrongKind(entry, 'value');
    return entry.value;
  }

  hash(key: string): FieldMap | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.kind !== 'hash') throw wrongKind(entry, 'hash');
    return entry.hash;
  }

  set(key: string): SortedSet | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.kind !== 'sorted set') throw wrongKind(entry, 'sorted set');
    return entry.set;
  }

  /** What must come before adding to `key`, so that nothing of an expired life is carried into the new one. */
  burial(key: string): readonly Effect[] {
    const entry = this.#entries.get(key);
    return entry && this.#expired(entry) ? [{ op: 'delete', key }] : [];
  }

  /** Expired ones too, until they are swept. Keys added on the way may or may not be among them. */
  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  /** Looks at the next `count` keys, round and round. @returns those that have expired. */
  expiredAmongNext(count: number): readonly string[] {
    const expired: string[] = [];
    this.#sweep ??= this.#entries.values();
    for (let seen = 0; seen < count; seen += 1) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        break;
      }
      if (this.#expired(next.value)) expired.push(next.value.key);
    }
    return expired;
  }

  /**
   * Never fails. An effect on a key of another kind makes the key its own or does nothing: verbs see to it that there
   * is none, and on replay of a compacted journal the record that made the kind is still to come.
   */
  apply(effects: readonly Effect[]): Undo {
    const undos = effects.map((effect) => this.#applyOne(effect));
    return () => undos.reverse().forEach((undo) => undo());
  }

  /** Forgets the keys used longest ago until `maxBytes` are kept. */
  evictTo(maxBytes: number): void {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= maxBytes) return;
      this.#replace(key, undefined);
    }
  }

  #applyOne(effect: Effect): Undo {
    switch (effect.op) {
      case 'put': {
        const { key, value, expiresAt } = effect;
        return this.#replace(key, { kind: 'value', key, value, expiresAt });
      }
      case 'delete':
        return this.#replace(effect.key, undefined);
      case 'expire':
        return this.#alter(effect.key, effect.expiresAt, () => nothing);
      case 'setFields': {
        const made = this.#make(effect.key, 'hash', () => ({ kind: 'hash', hash: new FieldMap() }));
        return both(
          made,
          this.#inHash(effect, (hash) => hash.write(effect.fields)),
        );
      }
      case 'addScored': {
        const made = this.#make(effect.key, 'sorted set', () => ({
          kind: 'sorted set',
          set: new SortedSet(),
        }));
        return both(
          made,
          this.#inSet(effect, (set) => set.add(effect.members)),
        );
      }
      case 'deleteFields':
        return this.#inHash(effect, (hash) => hash.delete(effect.fields));
      case 'removeScored':
        return this.#inSet(effect, (set) => set.remove(effect.members));
      case 'flush':
        return this.#flush();
    }
  }

  #make(key: string, kind: Entry['kind'], create: () => Content): Undo {
    if (this.#entries.get(key)?.kind === kind) return nothing;
    return this.#replace(key, { ...create(), key, expiresAt: Infinity });
  }

  #inHash({ key, expiresAt }: Target, change: (hash: FieldMap) => Undo): Undo {
    return this.#alter(key, expiresAt, (entry) => (entry.kind === 'hash' ? change(entry.hash) : nothing));
  }

  #inSet({ key, expiresAt }: Target, change: (set: SortedSet) => Undo): Undo {
    return this.#alter(key, expiresAt, (entry) =>
      entry.kind === 'sorted set' ? change(entry.set) : nothing,
    );
  }

  /** Changes an entry in place; one that is left empty goes. */
  #alter(key: string, expiresAt: ExpiresAt | undefined, change: (entry: Entry) => Undo): Undo {
    const entry = this.#entries.get(key);
    if (entry === undefined) return nothing;
    const life = entry.expiresAt;
    const undo = this.#counted(entry, () => change(entry));
    entry.expiresAt = expiresAt ?? life;
    const removed = isEmpty(entry) ? this.#replace(key, undefined) : nothing;
    return () => {
      removed();
      this.#counted(entry, undo);
      entry.expiresAt = life;
    };
  }

  #counted<T>(entry: Entry, change: () => T): T {
    const before = size(entry);
    const result = change();
    this.#bytes += size(entry) - before;
    return result;
  }

  #replace(key: string, next: Entry | undefined): Undo {
    const old = this.#entries.get(key);
    if (next) this.#entries.set(key, next);
    else this.#entries.delete(key);
    this.#bytes += (next ? size(next) : 0) - (old ? size(old) : 0);
    return () => void this.#replace(key, old);
  }

  #flush(): Undo {
    const [entries, bytes] = [this.#entries, this.#bytes];
    this.#become(new Map(), 0);
    return () => this.#become(entries, bytes);
  }

  #become(entries: Map<string, Entry>, bytes: number): void {
    this.#entries = entries;
    this.#bytes = bytes;
    this.#sweep = undefined;
  }

  #expired(entry: Entry): boolean {
    return entry.expiresAt !== Infinity && entry.expiresAt <= this.clock.now();
  }
}

const nothing: Undo = () => undefined;

const both =
  (first: Undo, second: Undo): Undo =>
  () => (second(), first());

function size(entry: Entry): number {
  const base = ENTRY_OVERHEAD + entry.key.length;
  if (entry.kind === 'value') return base + entry.value.byteLength;
  return base + (entry.kind === 'hash' ? entry.hash.bytes : entry.set.bytes);
}

function isEmpty(entry: Entry): boolean {
  if (entry.kind === 'value') return false;
  return (entry.kind === 'hash' ? entry.hash.size : entry.set.size) === 0;
}

const wrongKind = (entry: Entry, wanted: Entry['kind']) =>
  misuse(`The key ${entry.key} holds a ${entry.kind}, not a ${wanted}.`);
