/** What a record is called: one per user, business and oid. */
export interface RecordKey {
  readonly business: string;
  readonly oid: string;
}

/** What the client showed when it reported, to be shown again in lists. */
export interface Snapshot {
  readonly title: string;
  readonly coverUrl: string;
  readonly url: string;
  readonly part: string;
}

export interface HistoryRecord extends RecordKey, Snapshot {
  /** Seconds; -1 = finished. */
  readonly progress: number;
  /** Seconds; 0 = unknown. */
  readonly duration: number;
  /** Effective time of the report, epoch ms. */
  readonly at: number;
  /** Within one device; 0 = none. */
  readonly seq: number;
  readonly device: string;
  /** Off the continue shelf until watched on. */
  readonly hidden: boolean;
}

/**
 * `business oid`. The separator sorts before all characters of both, so that names sort as (business, oid) does in
 * the tables.
 */
export const nameOf = ({ business, oid }: RecordKey): string => `${business} ${oid}`;

/** The other way; `oid` is empty for a business, both are for everything. */
export function keyOf(name: string): RecordKey {
  const space = name.indexOf(' ');
  return { business: name.slice(0, space), oid: name.slice(space + 1) };
}

/** The names whose deletion covers a record besides its own: its business's, and everything's. */
export const floorsOf = ({ business }: RecordKey): readonly string[] => [
  nameOf({ business, oid: '' }),
  nameOf({ business: '', oid: '' }),
];
