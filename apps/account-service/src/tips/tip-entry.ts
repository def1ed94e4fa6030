import { type PointsEntry, type TipRow } from '@storey/account';

/** What a step of a tip does to somebody's points: `tip` and `tip_back` to the giver's, `tipped` to the author's. */
export function tipEntry(kind: 'tip' | 'tip_back' | 'tipped', tip: TipRow, at: bigint): PointsEntry {
  return {
    user_id: kind === 'tipped' ? tip.to_user : tip.from_user,
    kind,
    ref: String(tip.id),
    amount: BigInt(kind === 'tip' ? -tip.points : tip.points),
    at,
  };
}
