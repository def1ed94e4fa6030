import { type ListOf } from '../place-chunks.js';

/** The name that rankings go by among caches, in messages. */
export const HOT_CACHE = 'comment.hot';

const LIST_ID = /^([1-9]\d{0,18})\/(0|[1-9]\d{0,18})$/;

/** A list as text, e.g. `704/0` for the roots of subject 704. */
export const listId = ({ subjectId, rootId }: ListOf): string => `${subjectId}/${rootId}`;

export const isListId = (text: string): boolean => LIST_ID.test(text);

/** @param id one that `isListId`. */
export function parseListId(id: string): ListOf {
  const [, subjectId = '0', rootId = '0'] = LIST_ID.exec(id) ?? [];
  return { subjectId: BigInt(subjectId), rootId: BigInt(rootId) };
}
