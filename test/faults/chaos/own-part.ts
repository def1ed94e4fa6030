import { type Row, type Stored } from '../../support/stored.js';

export interface Whose {
  /** `type/oid`. */
  readonly subjects: readonly string[];
  readonly userIds: ReadonlySet<string>;
}

/** Of what is stored, the comments under some subjects and the history of some people: others use the product too. */
export function ownPart(stored: Stored, { subjects, userIds }: Whose): Stored {
  const ownSubjects = stored
    .sharded('comment', 'comment_subject')
    .filter(({ type, oid }) => subjects.includes(`${String(type)}/${String(oid)}`));
  const subjectIds = new Set(ownSubjects.map(({ id }) => id));
  const index = stored.sharded('comment', 'comment_index').filter((row) => subjectIds.has(row.subject_id));
  const ids = new Set(index.map(({ id }) => id));
  const parts: Readonly<Record<string, () => readonly Row[]>> = {
    comment_subject: () => ownSubjects,
    comment_index: () => index,
    comment_content: () => stored.sharded('comment', 'comment_content').filter(({ id }) => ids.has(id)),
    comment_reaction: () =>
      stored.sharded('comment', 'comment_reaction').filter((row) => ids.has(row.comment_id)),
    history_record: () =>
      stored.sharded('history', 'history_record').filter((row) => userIds.has(String(row.user_id))),
  };
  return {
    outboxIds: (domain, topic) => stored.outboxIds(domain, topic),
    unsent: (domain) => stored.unsent(domain),
    logged: (topic) => stored.logged(topic),
    lags: () => stored.lags(),
    deadLetters: () => stored.deadLetters(),
    sharded: (domain, base) => parts[base]?.() ?? stored.sharded(domain, base),
  };
}
