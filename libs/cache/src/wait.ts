/** One wait for what is found of several ids, in the order in which they were asked for. */
export class Wait<T> {
  readonly #found: T[];
  readonly #all = Promise.withResolvers<readonly T[]>();
  #missing: number;

  constructor(count: number) {
    this.#found = new Array<T>(count);
    this.#missing = count;
    if (count === 0) this.#all.resolve(this.#found);
  }

  /** Rejects with the first error. */
  get all(): Promise<readonly T[]> {
    return this.#all.promise;
  }

  /** Once for each place. */
  resolve(at: number, found: T): void {
    this.#found[at] = found;
    this.#missing -= 1;
    if (this.#missing === 0) this.#all.resolve(this.#found);
  }

  reject(error: unknown): void {
    this.#all.reject(error);
  }
}
