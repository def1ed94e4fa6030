import { type Undo } from './effect.js';
import { type Scored, type ScoreRange } from './kv.js';

/** Bytes a member costs beside its text: an object, an array slot and a map slot. */
const MEMBER_OVERHEAD = 96;
/** From here on one sort is cheaper than inserting one by one. */
const BULK = 32;

/** Members by (score, member): an array in order for ranges beside a map for look-ups. Made for up to ~10 000. */
export class SortedSet {
  #order: Scored[] = [];
  readonly #scores = new Map<string, number>();
  #bytes = 0;

  get size(): number {
    return this.#order.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  scoreOf(member: string): number | undefined {
    return this.#scores.get(member);
  }

  add(members: readonly Scored[]): Undo {
    return this.#change(new Map(members.map(({ member, score }) => [member, score])));
  }

  remove(members: readonly string[]): Undo {
    return this.#change(new Map(members.map((member) => [member, undefined])));
  }

  /** The `count` lowest after `changes` are made, without making them. */
  lowestAfter(changes: readonly Scored[], count: number): readonly string[] {
    if (count <= 0) return [];
    const changed = new Map(changes.map((scored) => [scored.member, scored]));
    const candidates = [...changed.values()];
    for (let at = 0, found = 0; at < this.#order.length && found < count; at += 1) {
      const scored = this.#order[at];
      if (scored === undefined || changed.has(scored.member)) continue;
      candidates.push(scored);
      found += 1;
    }
    return candidates
      .sort(compare)
      .slice(0, count)
      .map(({ member }) => member);
  }

  range({ min = -Infinity, max = Infinity, after, order, limit }: ScoreRange): readonly Scored[] {
    const low = this.#firstAtLeast({ score: min, member: '' });
    const high = this.#firstAfterScore(max);
    if (order === 'ascending') {
      const start = after ? Math.max(low, this.#firstAfter(after)) : low;
      return this.#order.slice(start, Math.min(high, start + limit));
    }
    const end = after ? Math.min(high, this.#firstAtLeast(after)) : high;
    return this.#order.slice(Math.max(low, end - limit), Math.max(low, end)).reverse();
  }

  *members(): IterableIterator<Scored> {
    yield* this.#order;
  }

  /** Gives each member its score, or takes it out where there is none. */
  #change(target: ReadonlyMap<string, number | undefined>): Undo {
    const before = new Map<string, number | undefined>();
    for (const member of target.keys()) before.set(member, this.#scores.get(member));
    if (target.size < BULK) for (const [member, score] of target) this.#put(member, score);
    else this.#putAll(target);
    return () => void this.#change(before);
  }

  #put(member: string, score: number | undefined): void {
    const old = this.#scores.get(member);
    if (old === score) return;
    if (old !== undefined) this.#order.splice(this.#firstAtLeast({ member, score: old }), 1);
    if (score !== undefined) {
      const scored = { member, score };
      this.#order.splice(this.#firstAtLeast(scored), 0, scored);
    }
    this.#note(member, score);
  }

  #putAll(target: ReadonlyMap<string, number | undefined>): void {
    const kept = this.#order.filter(({ member }) => !target.has(member));
    for (const [member, score] of target) {
      if (score !== undefined) kept.push({ member, score });
      this.#note(member, score);
    }
    this.#order = kept.sort(compare);
  }

  #note(member: string, score: number | undefined): void {
    const cost = MEMBER_OVERHEAD + member.length;
    if (this.#scores.has(member)) this.#bytes -= cost;
    if (score === undefined) this.#scores.delete(member);
    else {
      this.#scores.set(member, score);
      this.#bytes += cost;
    }
  }

  #firstAtLeast(bound: Scored): number {
    return this.#search((scored) => compare(scored, bound) >= 0);
  }

  #firstAfter(bound: Scored): number {
    return this.#search((scored) => compare(scored, bound) > 0);
  }

  #firstAfterScore(score: number): number {
    return this.#search((scored) => scored.score > score);
  }

  /** The first index for which `reached` holds; it must hold for all that follow. */
  #search(reached: (scored: Scored) => boolean): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const scored = this.#order[middle];
      if (scored !== undefined && reached(scored)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function compare(a: Scored, b: Scored): number {
  if (a.score !== b.score) return a.score - b.score;
  if (a.member === b.member) return 0;
  return a.member < b.member ? -1 : 1;
}
