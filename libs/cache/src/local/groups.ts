/** Which ids stand under which name. Most names have one id, which is held without a set. */
export class Groups<Id extends string | number | bigint> {
  readonly #ids = new Map<string, Id | Set<Id>>();

  get size(): number {
    return this.#ids.size;
  }

  add(group: string, id: Id): void {
    const ids = this.#ids.get(group);
    if (ids === undefined) this.#ids.set(group, id);
    else if (ids instanceof Set) ids.add(id);
    else if (ids !== id) this.#ids.set(group, new Set([ids, id]));
  }

  remove(group: string, id: Id): void {
    const ids = this.#ids.get(group);
    if (ids instanceof Set) {
      ids.delete(id);
      if (ids.size === 0) this.#ids.delete(group);
    } else if (ids === id) this.#ids.delete(group);
  }

  /** As of now: may be walked while ids are removed. */
  of(group: string): readonly Id[] {
    const ids = this.#ids.get(group);
    if (ids === undefined) return [];
    return ids instanceof Set ? [...ids] : [ids];
  }

  clear(): void {
    this.#ids.clear();
  }
}
