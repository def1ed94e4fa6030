import { DEFAULT_SETTINGS, type Settings } from '@storey/history';

/** Small values of a user in kv state, as JSON. */

export interface Loaded {
  readonly floor: number;
  readonly degraded: boolean;
}

export const encodeLoaded = ({ floor, degraded }: Loaded): Uint8Array =>
  Buffer.from(JSON.stringify([floor, degraded]));

export function decodeLoaded(bytes: Uint8Array): Loaded {
  const [floor, degraded] = JSON.parse(Buffer.from(bytes).toString()) as [number, boolean];
  return { floor, degraded };
}

export const encodeSettings = ({ paused, retentionDays }: Settings): Uint8Array =>
  Buffer.from(JSON.stringify([paused, retentionDays]));

/** Absent = the default. */
export function decodeSettings(bytes: Uint8Array | undefined): Settings {
  if (!bytes) return DEFAULT_SETTINGS;
  const [paused, retentionDays] = JSON.parse(Buffer.from(bytes).toString()) as [boolean, number];
  return { paused, retentionDays };
}
