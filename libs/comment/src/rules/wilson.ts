/** 97.5 % point of the normal distribution: two-sided 95 %. */
export const Z = 1.959963984540054;

/**
 * Lower bound of the 95 % confidence interval for the share of likes among votes, 0 to 1 (E. B. Wilson, 1927):
 * many good votes rank above few perfect ones. More likes never rank lower, more dislikes never higher.
 *
 * The usual form, p + z²/2n - z √((p(1-p) + z²/4n) / n) over 1 + z²/n, with the root brought into the denominator: nothing
 * is subtracted, so it is above 0, and has a logarithm, wherever there is a like.
 */
export function wilson(likes: bigint, dislikes: bigint): number {
  if (likes === 0n) return 0;
  const k = Number(likes);
  const n = Number(likes + dislikes);
  const spread = Z * Math.sqrt((k / n) * Number(dislikes) + (Z * Z) / 4);
  return ((k / n) * k) / (k + (Z * Z) / 2 + spread);
}
