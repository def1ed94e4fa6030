import { DECIDED_STATE, subjectKey, type SubjectKey } from '@storey/comment';
import { comment, type commentEvents } from '@storey/contracts';

type Command = commentEvents.CommentCommand;

/** The latest of one viewer's own changes to one comment, with the id of the command that makes it. */
export interface Own<T> {
  readonly id: bigint;
  /** Epoch ms. */
  readonly at: bigint;
  readonly value: T;
}

/**
 * What one viewer did lately and may not yet find in what is served: laid over every read, so that one's own
 * writes are seen at once. What was seen applied is collected in `applied`.
 */
export class Overlay {
  /** The commands that publish, by id, which is that of the comment. */
  readonly published = new Map<bigint, Command>();
  readonly edits = new Map<bigint, Own<commentEvents.CommentCommand_Edit>>();
  /** Where a deletion or a decision brings a comment. */
  readonly states = new Map<bigint, Own<comment.CommentState>>();
  readonly pins = new Map<bigint, Own<boolean>>();
  /** The commands about subjects themselves and their pins, by `type/oid`, as they were accepted. */
  readonly subjects = new Map<string, Command[]>();
  /** Ids of comments that a decision made visible, by `type/oid`. */
  readonly revealed = new Map<string, bigint[]>();
  readonly reactions = new Map<bigint, Own<comment.Reaction>>();
  /** Ids of commands whose effect was seen in what was served, or that can't have one any more. */
  readonly applied = new Set<bigint>();

  /** @param commands of one viewer, in any order. */
  constructor(commands: readonly Command[] = []) {
    for (const command of [...commands].sort(byId)) this.#take(command);
  }

  #take(command: Command): void {
    const { id, acceptedAtMs: at, command: change } = command;
    switch (change.case) {
      case 'publish':
        this.published.set(id, command);
        break;
      case 'edit':
        this.#newest(this.edits, change.value.commentId, { id, at, value: change.value });
        break;
      case 'delete':
        this.#newest(this.states, change.value.commentId, { id, at, value: DELETED });
        break;
      case 'decide':
        this.#decided(command, change.value);
        break;
      case 'pin':
        this.#newest(this.pins, change.value.commentId, { id, at, value: change.value.pinned });
        push(this.subjects, command, command);
        break;
      case 'changeSubject':
        push(this.subjects, command, command);
        break;
      case 'react':
        this.#newest(this.reactions, change.value.commentId, { id, at, value: change.value.value });
        break;
      // Moderators alone see reports.
      case 'report':
      case undefined:
    }
  }

  #decided(command: Command, { commentId, decision }: commentEvents.CommentCommand_Decide): void {
    const { id, acceptedAtMs: at } = command;
    const value = DECIDED_STATE[decision];
    this.#newest(this.states, commentId, { id, at, value });
    if (value === comment.CommentState.VISIBLE) push(this.revealed, command, commentId);
  }

  /** An older change to the same thing is of no more use to anybody. */
  #newest<T>(changes: Map<bigint, Own<T>>, commentId: bigint, change: Own<T>): void {
    const known = changes.get(commentId);
    if (known) this.applied.add(known.id < change.id ? known.id : change.id);
    if (!known || known.id < change.id) changes.set(commentId, change);
  }
}

const DELETED = comment.CommentState.DELETED;

const byId = (a: Command, b: Command): number => (a.id < b.id ? -1 : 1);

function push<T>(lists: Map<string, T[]>, { subject }: Command, value: T): void {
  if (!subject) return;
  const key = subjectKey(subject);
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Ids of the comments under one subject that the viewer published, or made visible. */
export function ownUnder(subject: SubjectKey, overlay: Pick<Overlay, 'published' | 'revealed'>): bigint[] {
  const { published, revealed } = overlay;
  if (published.size + revealed.size === 0) return [];
  const key = subjectKey(subject);
  const written = [...published.values()].flatMap((command) =>
    command.subject && subjectKey(command.subject) === key ? command.id : [],
  );
  return [...new Set([...written, ...(revealed.get(key) ?? [])])];
}
