import { type SubjectRef } from './comment.js';

const keyOf = ({ type, oid }: SubjectRef, parentId: string | undefined): string =>
  `storey.draft.${type}/${oid}${parentId === undefined ? '' : `/${parentId}`}`;

/** What was written and not sent, kept in this browser. */
export const readDraft = (subject: SubjectRef, parentId: string | undefined): string =>
  localStorage.getItem(keyOf(subject, parentId)) ?? '';

export function keepDraft(subject: SubjectRef, parentId: string | undefined, text: string): void {
  if (text === '') localStorage.removeItem(keyOf(subject, parentId));
  else localStorage.setItem(keyOf(subject, parentId), text);
}
