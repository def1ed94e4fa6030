import { sql as raw, type RawBuilder } from 'kysely';
import { Z, wilson } from './wilson.js';

/** In this time a comment falls as far as if its Wilson bound were halved, ms. */
export const HOT_HALF_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** Lifts every score above 0: of 2^64 votes with a single like the logarithm is -66.5. */
const LIFT = 128;

export interface Rated {
  readonly likes: bigint;
  readonly dislikes: bigint;
  /** Epoch ms, not negative. */
  readonly createdAt: bigint;
}

/**
 * Where a comment stands in `hot`: greater is higher. 0 without a like: such a comment is not ranked; else above 0.
 *
 * The worth of a comment at time t is wilson · 2^(-(t - createdAt) / half-life). Its logarithm to the base 2 is
 * log2(wilson) + createdAt / half-life - t / half-life, and the last term is the same for all: without it the order is
 * the same, and nothing has to be computed again as time goes by. (After the "hot" of Reddit, whose age is added too.)
 *
 * A double keeps 2^-40 of a half-life at the scores of this century: less than a microsecond of age, or one like more
 * on a million.
 */
export function hotScore({ likes, dislikes, createdAt }: Rated): number {
  if (likes === 0n) return 0;
  return Math.log2(wilson(likes, dislikes)) + Number(createdAt) / HOT_HALF_LIFE_MS + LIFT;
}

/** The columns to compute it from, as they are called in the statement. */
export type RatedColumns = Readonly<Record<keyof Rated, RawBuilder<unknown>>>;

/** {@link hotScore} in SQL, for whole tables; may differ in the last bits. To be used only where there is a like. */
export function hotScoreSql({ likes, dislikes, createdAt }: RatedColumns): RawBuilder<number> {
  const double = (value: number): RawBuilder<unknown> => raw.raw(value.toExponential());
  // Integers would overflow when multiplied, and their quotient would have no fraction.
  const k = raw`(${likes} * 1e0)`;
  const d = raw`(${dislikes} * 1e0)`;
  const share = raw`(${k} / (${k} + ${d}))`;
  const spread = raw`${double(Z)} * sqrt(${share} * ${d} + ${double((Z * Z) / 4)})`;
  const bound = raw`${share} * ${k} / (${k} + ${double((Z * Z) / 2)} + ${spread})`;
  return raw`log2(${bound}) + ${createdAt} / ${double(HOT_HALF_LIFE_MS)} + ${double(LIFT)}`;
}
