import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { shardOfSubject, subjectKey, type SubjectKey } from '@storey/comment';
import { FakeClock, systemClock } from '@storey/context';
import { commentEvents, comment } from '@storey/contracts';
import { type NewMessage } from '@storey/events';
import { IdGenerator } from '@storey/ids';

type Change = Exclude<commentEvents.CommentCommand['command'], { case: undefined }>;
type Meaning<C extends Change['case']> = Partial<Omit<Extract<Change, { case: C }>['value'], '$typeName'>>;

/** A command as it stands in the log, with its id. */
export interface Sent extends NewMessage {
  readonly id: bigint;
}

export const { CommentState, Decision, Reaction, SubjectState } = comment;
export const MODERATOR = 99n;
export type Reaction = comment.Reaction;
export const ids = new IdGenerator({ worker: 7, clock: systemClock });

let subjects = 0;

/** A subject that nobody wrote to. */
export const newSubject = (): SubjectKey => ({ type: 'video', oid: `v${process.pid}-${(subjects += 1)}` });

/** Commands of one intake on one subject. */
export class Intake {
  constructor(readonly subject: SubjectKey = newSubject()) {}

  get shard(): number {
    return shardOfSubject(this.subject);
  }

  /** One that could have been given out at this time, epoch ms. */
  idOf(at: number): bigint {
    return new IdGenerator({ worker: 8, clock: new FakeClock(at) }).next(this.shard);
  }

  publish(change: Meaning<'publish'> = {}, actorId = 1n, acceptedAtMs = 1_000n): Sent {
    const value = create(commentEvents.CommentCommand_PublishSchema, { text: 'hello', ...change });
    return this.send({ case: 'publish', value }, { actorId, acceptedAtMs });
  }

  edit(commentId: bigint, text: string, change: Meaning<'edit'> = {}): Sent {
    const value = create(commentEvents.CommentCommand_EditSchema, { commentId, text, ...change });
    return this.send({ case: 'edit', value });
  }

  remove(commentId: bigint): Sent {
    return this.send({
      case: 'delete',
      value: create(commentEvents.CommentCommand_DeleteSchema, { commentId }),
    });
  }

  react(commentId: bigint, value: comment.Reaction, actorId = 1n): Sent {
    const click = create(commentEvents.CommentCommand_ReactSchema, { commentId, value });
    return this.send({ case: 'react', value: click }, { actorId });
  }

  /** The same under another id. */
  again({ value }: Sent, id: bigint): Sent {
    const { command } = fromBinary(commentEvents.CommentCommandSchema, value);
    if (command.case === undefined) throw new Error('no command');
    return this.send(command, { id });
  }

  change(change: Meaning<'changeSubject'>, actorId = 1n): Sent {
    const value = create(commentEvents.CommentCommand_ChangeSubjectSchema, change);
    return this.send({ case: 'changeSubject', value }, { actorId });
  }

  pin(commentId: bigint, pinned = true): Sent {
    const value = create(commentEvents.CommentCommand_PinSchema, { commentId, pinned });
    return this.send({ case: 'pin', value });
  }

  report(commentId: bigint, actorId = 1n, change: Meaning<'report'> = {}): Sent {
    const value = create(commentEvents.CommentCommand_ReportSchema, { commentId, reason: 'spam', ...change });
    return this.send({ case: 'report', value }, { actorId });
  }

  /** By somebody who is no author here. */
  decide(commentId: bigint, decision: comment.Decision, reason = ''): Sent {
    const value = create(commentEvents.CommentCommand_DecideSchema, { commentId, decision, reason });
    return this.send({ case: 'decide', value }, { actorId: MODERATOR });
  }

  send(
    command: Change,
    told: { readonly actorId?: bigint; readonly acceptedAtMs?: bigint; readonly id?: bigint } = {},
  ): Sent {
    const { id = ids.next(this.shard), actorId = 1n, acceptedAtMs = 1_000n } = told;
    const value = toBinary(
      commentEvents.CommentCommandSchema,
      create(commentEvents.CommentCommandSchema, {
        id,
        subject: this.subject,
        actorId,
        acceptedAtMs,
        command,
      }),
    );
    return { id, key: subjectKey(this.subject), value };
  }
}
