import { shardOfKey } from '@storey/sql';

export interface SubjectKey {
  readonly type: string;
  readonly oid: string;
}

/** The text that names a subject: key of its messages, its cache entry and its shard. A type has no slash. */
export const subjectKey = ({ type, oid }: SubjectKey): string => `${type}/${oid}`;

export function parseSubjectKey(text: string): SubjectKey {
  const slash = text.indexOf('/');
  return { type: text.slice(0, slash), oid: text.slice(slash + 1) };
}

/** The logical shard of a subject, its comments and all that belongs to them; every id among them carries it. */
export const shardOfSubject = (subject: SubjectKey): number => shardOfKey(subjectKey(subject));

/** The logical shard of what belongs to a user. */
export const shardOfUser = (userId: bigint): number => shardOfKey(String(userId));
