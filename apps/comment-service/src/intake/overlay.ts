import { subjectKey, type SubjectKey } from '@storey/comment';
import { type comment, type commentEvents } from '@storey/contracts';

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
  readonly deletions = new Map<bigint, Own<true>>();
  readonly reactions = new Map<bigint, Own<comment.Reaction>>();
  /** Ids of commands whose effect was seen in what was served, or that can't have one any more. */
  readonly applied = new Set<bigint>();

  /** @param commands of one viewer, in any order. */
  constructor(commands: readonly Command[] = []) {
    for (const command of commands) this.#take(command);
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
        this.#newest(this.deletions, change.value.commentId, { id, at, value: true });
        break;
      case 'react':
        this.#newest(this.reactions, change.value.commentId, { id, at, value: change.value.value });
        break;
      case undefined:
    }
  }

  /** An older change to the same thing is of no more use to anybody. */
  #newest<T>(changes: Map<bigint, Own<T>>, commentId: bigint, change: Own<T>): void {
    const known = changes.get(commentId);
    if (known) this.applied.add(known.id < change.id ? known.id : change.id);
    if (!known || known.id < change.id) changes.set(commentId, change);
  }
}

/** Ids of those under one subject. */
export function publishedUnder(subject: SubjectKey, published: ReadonlyMap<bigint, Command>): bigint[] {
  if (published.size === 0) return [];
  const key = subjectKey(subject);
  return [...published.values()].flatMap((command) =>
    command.subject && subjectKey(command.subject) === key ? command.id : [],
  );
}
