/** Where a user's history lies in kv state. All keys of one user share a hash tag. */
export interface UserKeys {
  /** Hash: name → StoredRecord. What stands here but not in `index` is no record. */
  readonly records: string;
  /** Sorted set: name by effective time. A record exists when it stands here. */
  readonly index: string;
  /** Sorted set: name by time of deletion; what was loaded from SQL under `LOADED` + name. */
  readonly tombstones: string;
  /** Sorted set: what may not be in the log yet; deletions under `DELETION` + name. */
  readonly dirty: string;
  /** Value: present while the tables have been merged into the state. */
  readonly loaded: string;
  /** Value: the settings, when they are not the default. */
  readonly settings: string;
  /** Hash: what walks have shown. */
  readonly walks: string;
}

export const userKeys = (userId: bigint): UserKeys => {
  const tag = `{h:${userId}}:`;
  return {
    records: `${tag}r`,
    index: `${tag}i`,
    tombstones: `${tag}t`,
    dirty: `${tag}d`,
    loaded: `${tag}l`,
    settings: `${tag}s`,
    walks: `${tag}w`,
  };
};

/** Before the name of a tombstone that came from SQL, so that loading an old one never lowers a new one. */
export const LOADED = '=';
/** Before the name of a mark that stands for a deletion, so that it never meets the mark of a report. */
export const DELETION = '-';

/** Sorted set of a region: who may have marks, by time. */
export const marksOfRegion = (region: number): string => `hd:${region}`;
/** Value: since when this kv state exists; gone when the state was lost. */
export const EPOCH = 'he';
/** Hash: region → the epoch up to which log and tables have been brought together again. */
export const WHOLE = 'hw';
