import { type Outcome } from '@storey/testing';

export type Reaction = 'like' | 'dislike' | 'none';

/** A comment as its author knows it. Where an answer was lost, more than one thing may be so. */
export interface Post {
  /** Its Idempotency-Key, and the first word of its text. */
  readonly key: string;
  readonly subject: string;
  readonly parent: Post | undefined;
  readonly outcome: Outcome;
  readonly id: string;
  /** One of these stands. */
  readonly texts: Set<string>;
  deleted: 'no' | 'maybe' | 'yes';
  /** By user: one of these stands. */
  readonly reactions: Map<string, Set<Reaction>>;
}

/** What is watched, as its one viewer knows it. */
export interface Watched {
  readonly oid: string;
  /** Accepted, or perhaps accepted, reports. */
  readonly reports: { readonly at: number; readonly progress: number }[];
  /** Nothing at or before this is left; 0 = never deleted. */
  deletedUntil: number;
  lastAt: number;
}

/** The report that must stand: the latest of those that no deletion covers. */
export const standing = ({ reports, deletedUntil }: Watched): Watched['reports'][number] | undefined =>
  reports.filter(({ at }) => at > deletedUntil).sort((a, b) => b.at - a.at)[0];

/** Everything the clients were promised by accepted posts, to be held against the stores. */
export class Promised {
  readonly posts: Post[] = [];
  readonly history = new Map<string, Watched[]>();
  /** What was wrong already when it was answered. */
  readonly faults: string[] = [];
}
