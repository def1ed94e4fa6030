/** 97.5 % point of the normal distribution: two-sided 95 %. */
const Z = 1.959963984540054;

/**
 * Lower bound of the 95 % confidence interval for the share of likes among votes, 0 to 1 (E. B. Wilson, 1927):
 * many good votes rank above few perfect ones. More likes never rank lower, more dislikes never higher.
 */
export function wilson(likes: bigint, dislikes: bigint): number {
  if (likes === 0n) return 0;
  const n = Number(likes + dislikes);
  const share = Number(likes) / n;
  const zz = Z * Z;
  const spread = Z * Math.sqrt((share * (1 - share) + zz / (4 * n)) / n);
  return (share + zz / (2 * n) - spread) / (1 + zz / n);
}
