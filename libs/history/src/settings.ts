/** What a user chose for his history. */
export interface Settings {
  /** Nothing is recorded meanwhile. */
  readonly paused: boolean;
  /** 1–3650. */
  readonly retentionDays: number;
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({ paused: false, retentionDays: 90 });

const DAY = 86_400_000;

/** Epoch ms at or before which nothing is kept. */
export const retentionEdge = ({ retentionDays }: Settings, now: number): number => now - retentionDays * DAY;
