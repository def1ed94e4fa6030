/** Which ids stand under which name. */
export class Groups<Id> {
  readonly #ids = new Map<string, Set<Id>>();

  get size(): number {
    return this.#ids.size;
  }

  add(group: string, id: Id): void {
    const ids = this.#ids.get(group);
    if (ids) ids.add(id);
    else this.#ids.set(group, new Set([id]));
  }

  remove(group: string, id: Id): void {
    const ids = this.#ids.get(group);
    if (ids?.delete(id) && ids.size === 0) this.#ids.delete(group);
  }

  /** As of now: may be walked while ids are removed. */
  of(group: string): readonly Id[] {
    return [...(this.#ids.get(group) ?? [])];
  }

  clear(): void {
    this.#ids.clear();
  }
}
