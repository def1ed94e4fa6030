import { CACHE_NAMES, subjectKey } from '@storey/comment';
import { type commentEvents } from '@storey/contracts';
import { type CacheChange } from '@storey/service';
import { touchedBy } from './touched.js';

/** By subject, as they are told. */
type Told = ReadonlyMap<string, readonly CacheChange[]>;

/** What a batch of events changed of that which is cached, each thing once. */
export class Changes {
  /** By subject, then by cache and id; the subject itself comes last. */
  readonly #bySubject = new Map<string, Map<string, CacheChange>>();
  /** As `cache id`. */
  readonly #forgotten = new Set<string>();

  constructor(events: readonly commentEvents.CommentEvent[]) {
    for (const event of events) if (event.subject) this.#take(subjectKey(event.subject), event);
  }

  /** Ids in one cache. */
  of(cache: string): readonly string[] {
    const all = [...this.#bySubject.values()].flatMap((changes) => [...changes.values()]);
    return [...new Set(all.filter((change) => change.cache === cache).map(({ id }) => id))];
  }

  /** Those of them of which even what was known last is to be forgotten. */
  forgotten(cache: string): readonly string[] {
    return this.of(cache).filter((id) => this.#forgotten.has(nameOf(cache, id)));
  }

  /** In parts of at most `limit` changes. */
  *told(limit: number): Iterable<Told> {
    let part = new Map<string, CacheChange[]>();
    let size = 0;
    for (const [subject, changes] of this.#bySubject) {
      for (const change of changes.values()) {
        const under = part.get(subject) ?? [];
        under.push(change);
        part.set(subject, under);
        size += 1;
        if (size < limit) continue;
        yield part;
        part = new Map();
        size = 0;
      }
    }
    if (size > 0) yield part;
  }

  #take(subject: string, event: commentEvents.CommentEvent): void {
    const changes = this.#bySubject.get(subject) ?? new Map<string, CacheChange>();
    this.#bySubject.set(subject, changes);
    const { comments, places, reactions, atOnce, hidden, rules } = touchedBy(event);
    const add = (cache: string, id: string, version = 0n): void => {
      const name = nameOf(cache, id);
      const known = changes.get(name);
      changes.delete(name);
      changes.set(name, {
        cache,
        id,
        // An event may be told again, behind later ones.
        version: known && known.version > version ? known.version : version,
        atOnce: atOnce || known?.atOnce === true,
      });
    };
    for (const id of comments) add(CACHE_NAMES.comments, String(id));
    for (const id of places) add(CACHE_NAMES.places, id);
    for (const id of reactions) add(CACHE_NAMES.reactions, id);
    add(CACHE_NAMES.subjects, subject, event.version);
    for (const id of hidden) this.#forgotten.add(nameOf(CACHE_NAMES.comments, String(id)));
    if (rules) this.#forgotten.add(nameOf(CACHE_NAMES.subjects, subject));
  }
}

const nameOf = (cache: string, id: string): string => `${cache} ${id}`;
