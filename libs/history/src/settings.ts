/** What a user chose for his history. */
export interface Settings {
  /** Nothing is recorded meanwhile. */
  readonly paused: boolean;
  /** 1 to `MAX_RETENTION_DAYS`. */
  readonly retentionDays: number;
}

export const MAX_RETENTION_DAYS = 3650;

export const DEFAULT_SETTINGS: Settings = Object.freeze({ paused: false, retentionDays: 90 });

const DAY = 86_400_000;

/** Epoch ms at or before which nothing is kept. */
export const retentionEdge = ({ retentionDays }: Settings, now: number): number => now - retentionDays * DAY;
