import { comment } from '@storey/contracts';
import { inEditWindow } from './edit-window.js';

const { CommentState } = comment;

/** Who looks or acts. */
export interface Person {
  readonly userId: bigint;
  readonly roles: readonly string[];
}

export interface OwnedComment {
  readonly state: number;
  readonly authorId: bigint;
  readonly createdAt: bigint;
}

export const moderates = ({ roles }: Person): boolean =>
  roles.includes('moderator') || roles.includes('admin');

export const isAuthor = (person: Person, of: OwnedComment): boolean => person.userId === of.authorId;

/** The author alone, while it is young. @param now epoch ms */
export const canEdit = (person: Person, of: OwnedComment, now: number): boolean =>
  isAuthor(person, of) && editable(of.state) && inEditWindow(of.createdAt, now);

/** The owner of a subject, and moderators. @param ownerId 0 for a subject without an owner. */
export const hosts = (person: Person, ownerId: bigint): boolean =>
  (ownerId !== 0n && person.userId === ownerId) || moderates(person);

/** The author, the owner of the subject, moderators. @param ownerId 0 for a subject without an owner. */
export const canDelete = (person: Person, of: OwnedComment, ownerId: bigint): boolean =>
  of.state !== CommentState.DELETED && (isAuthor(person, of) || hosts(person, ownerId));

/** Whether a person may read it at all; a tombstone in the lists is everybody's. @param shown in the lists */
export const canRead = (person: Person | undefined, of: OwnedComment, shown: boolean): boolean => {
  if (of.state === CommentState.VISIBLE) return true;
  if (of.state === CommentState.DELETED) return shown;
  return person !== undefined && (isAuthor(person, of) || moderates(person));
};

const editable = (state: number): boolean =>
  state !== CommentState.DELETED && state !== CommentState.REJECTED && state !== CommentState.HIDDEN;
