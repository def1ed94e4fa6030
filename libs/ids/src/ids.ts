/** Where ids come from. Injected by this class. */
export abstract class Ids {
  /**
   * A new id in `shard` (0–63). Never the same twice, whatever clock and restarts do; rising as long as the clock
   * does not step back. @throws AppError `unavailable` when uniqueness can't be promised now.
   */
  abstract next(shard: number): bigint;
}
