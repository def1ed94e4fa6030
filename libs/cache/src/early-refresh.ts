import { type Random } from '@storey/context';

/** Beyond, the chance of an early refresh is below 1 in 10^15 a read, and no die is thrown. */
const MOST = 35;

/**
 * Whether a read at `now` should reload what is fresh for `remainingMs` more: the more likely, the closer to the end and
 * the dearer the load, so that of many readers about one reloads, before all of them would have to.
 * (Vattani, Chierichetti, Lowenstein: _Optimal Probabilistic Cache Stampede Prevention_, VLDB 2015.)
 */
export function refreshesEarly(
  remainingMs: number,
  costMs: number,
  { beta, random }: { readonly beta: number; readonly random: Random },
): boolean {
  const scale = costMs * beta;
  if (scale === 0 || remainingMs > scale * MOST) return false;
  return scale * -Math.log(1 - random.float()) >= remainingMs;
}
