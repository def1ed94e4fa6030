/** One thing that is not as it should be. */
export interface Difference {
  /** Short and stable, e.g. `search-missing`. */
  readonly kind: string;
  /** What it is about: an id, a key. */
  readonly id: string;
}

/** Two places that should say the same. */
export interface Comparison {
  /** What is compared, e.g. `comment rows 3`. One of a sharded thing walks one physical table. */
  readonly name: string;
  /** Walks in bounded chunks. What is under way may show: it is asked again after a while. */
  find(): AsyncIterable<Difference>;
  /** Mends what can be derived from the rows; leaves the rest. Absent where nothing can. May be called again. */
  repair?(differences: readonly Difference[]): Promise<void>;
}
