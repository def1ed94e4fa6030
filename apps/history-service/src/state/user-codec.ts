import { DEFAULT_SETTINGS, type Settings } from '@storey/history';

/** Small values of a user in kv state, as JSON. */

export interface Loaded {
  readonly floor: number;
  readonly degraded: boolean;
  /** Of the state that it was loaded into; one of another state says nothing. */
  readonly epoch: string;
}

export const encodeLoaded = ({ floor, degraded, epoch }: Loaded): Uint8Array =>
  Buffer.from(JSON.stringify([floor, degraded, epoch]));

export function decodeLoaded(bytes: Uint8Array): Loaded {
  const [floor, degraded, epoch = ''] = JSON.parse(Buffer.from(bytes).toString()) as [
    number,
    boolean,
    string?,
  ];
  return { floor, degraded, epoch };
}

export const encodeSettings = ({ paused, retentionDays }: Settings): Uint8Array =>
  Buffer.from(JSON.stringify([paused, retentionDays]));

/** Absent = the default. */
export function decodeSettings(bytes: Uint8Array | undefined): Settings {
  if (!bytes) return DEFAULT_SETTINGS;
  const [paused, retentionDays] = JSON.parse(Buffer.from(bytes).toString()) as [boolean, number];
  return { paused, retentionDays };
}
