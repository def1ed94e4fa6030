/** What decides which of two reports of one record stands. */
export interface Stamp {
  readonly at: number;
  readonly seq: number;
  readonly device: string;
}

/**
 * Whether `later`, which arrived after `earlier`, stands: the later time wins; at equal times the higher `seq` of
 * the same device, else the later arrival. A report without `seq` (0) has nothing to compare.
 */
export function wins(later: Stamp, earlier: Stamp): boolean {
  if (later.at !== earlier.at) return later.at > earlier.at;
  const comparable = later.device === earlier.device && later.seq > 0 && earlier.seq > 0;
  return !comparable || later.seq >= earlier.seq;
}

/**
 * The same rule in the words of `Kv.mergeIfNewer`, whose ties are decided among equal devices: only reports of one
 * device that both have a `seq` may meet as equals. Encoded, as a device's name may be any text.
 */
export const originOf = ({ seq, device }: Stamp): string =>
  `${seq > 0 ? 's' : 'n'}${Buffer.from(device).toString('base64url')}`;
