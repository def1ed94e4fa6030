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

export const { CommentState, Reaction } = comment;
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
