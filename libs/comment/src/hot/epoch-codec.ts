import { packIds, unpackIds } from '@storey/ids';

/** One frozen order. */
export interface Epoch {
  /** When it was made, ms; names it. */
  readonly number: bigint;
  /** Best first. */
  readonly ids: readonly bigint[];
}

/** Its number, then its ids. */
export const encodeEpoch = ({ number, ids }: Epoch): Uint8Array => packIds([number, ...ids]);

export function decodeEpoch(bytes: Uint8Array): Epoch {
  const [number = 0n, ...ids] = unpackIds(bytes);
  return { number, ids };
}
