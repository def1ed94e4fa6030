/** What a `MinHeap` orders. `place` is the heap's own. */
export interface Ranked {
  rank: number;
  place: number;
}

/** The least on top, and each knows its place, so that its rank can change where it stands. */
export class MinHeap<T extends Ranked> {
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get least(): T | undefined {
    return this.#items[0];
  }

  [Symbol.iterator](): ArrayIterator<T> {
    return this.#items[Symbol.iterator]();
  }

  add(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Call after its rank has risen. */
  risen(item: T): void {
    this.#sink(item, item.place);
  }

  /** Puts `item` where the least was. */
  replaceLeast(item: T): void {
    if (this.#items.length === 0) return this.add(item);
    this.#sink(item, 0);
  }

  /** Keeps those for which `keep` says so, after their ranks have changed in any way. */
  rebuild(keep: (item: T) => boolean): void {
    this.#items = this.#items.filter(keep);
    for (let at = this.#items.length - 1; at >= 0; at -= 1) {
      const item = this.#items[at];
      if (item) this.#sink(item, at);
    }
  }

  #rise(item: T, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above];
      if (!parent || parent.rank <= item.rank) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(item, at);
  }

  #sink(item: T, from: number): void {
    let at = from;
    for (;;) {
      const below = this.#lesserChild(at);
      if (!below || below.rank >= item.rank) break;
      const { place } = below;
      this.#put(below, at);
      at = place;
    }
    this.#put(item, at);
  }

  #lesserChild(at: number): T | undefined {
    const left = this.#items[2 * at + 1];
    const right = this.#items[2 * at + 2];
    return left && right && right.rank < left.rank ? right : left;
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    item.place = at;
  }
}
