import { createHash } from 'node:crypto';
import { clone, fromBinary, toBinary } from '@bufbuild/protobuf';
import { subjectKey, shardOfSubject, type SubjectKey } from '@storey/comment';
import { comment, commentEvents } from '@storey/contracts';
import { AppError } from '@storey/errors';
import { type Message } from '@storey/events';
import { shardOf } from '@storey/sql';

const { CommentCommandSchema } = commentEvents;

export type Publish = commentEvents.CommentCommand_Publish;
export type Edit = commentEvents.CommentCommand_Edit;
export type Delete = commentEvents.CommentCommand_Delete;
export type React = commentEvents.CommentCommand_React;

type Sent = Pick<Message, 'key' | 'value'>;
type Change = Exclude<commentEvents.CommentCommand['command'], { case: undefined }>;

/** A command that can be read and belongs where it came from. */
export interface Command {
  /** As it was sent. */
  readonly message: Sent;
  /** Of a publish: the id of the comment. */
  readonly id: bigint;
  readonly subject: SubjectKey;
  readonly actorId: bigint;
  readonly acceptedAt: bigint;
  readonly traceId: string;
  readonly change: Change;
  /** Of what is meant: the same for a command that its intake sent twice. */
  readonly digest: string;
}

/** One that the log delivered. */
export type Delivered = Command & { readonly message: Message };

/** The comment that must be there for a command to have its effect; 0 for a new root, and for the subject itself. */
export function targetOf({ change }: Command): bigint {
  if (change.case === 'changeSubject') return 0n;
  return change.case === 'publish' ? change.value.parentId : change.value.commentId;
}

/** @throws AppError `invalid` for what no retry will make readable. */
export function readCommand<M extends Sent>(message: M): Command & { readonly message: M } {
  const command = decode(message);
  const { id, subject, actorId, acceptedAtMs, traceId, command: change } = command;
  if (!subject || change.case === undefined) throw unreadable('it does not say what to do');
  if (subjectKey(subject) !== message.key) throw unreadable('its key is not that of its subject');
  if (id <= 0n || shardOf(id) !== shardOfSubject(subject)) throw unreadable('its id belongs elsewhere');
  if (change.case === 'react' && !(change.value.value in comment.Reaction && change.value.value > 0)) {
    throw unreadable('its reaction is none that is known');
  }
  if (change.case === 'decide' && !(change.value.decision in comment.Decision && change.value.decision > 0)) {
    throw unreadable('its decision is none that is known');
  }
  const { type, oid } = subject;
  const told = { message, id, actorId, acceptedAt: acceptedAtMs, traceId };
  return { ...told, subject: { type, oid }, change, digest: digestOf(command) };
}

function decode(message: Sent): commentEvents.CommentCommand {
  try {
    return fromBinary(CommentCommandSchema, message.value);
  } catch (error) {
    throw unreadable('it is no CommentCommand', error);
  }
}

/** Without what differs between two attempts of the intake to send the same. */
function digestOf(command: commentEvents.CommentCommand): string {
  const meant = clone(CommentCommandSchema, command);
  meant.acceptedAtMs = 0n;
  meant.traceId = '';
  meant.actorRoles = [];
  if (meant.command.case === 'publish') meant.command.value.idempotencyResponse = new Uint8Array();
  return createHash('sha256').update(toBinary(CommentCommandSchema, meant)).digest('base64url');
}

const unreadable = (why: string, cause?: unknown): AppError =>
  new AppError({
    kind: 'invalid',
    code: 'COMMENT_COMMAND_UNREADABLE',
    message: `A command can't be applied: ${why}.`,
    cause,
  });
