import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  WORK_CLASS_HEADER,
  shardOfSubject,
  subjectKey,
  type Person,
  type SubjectKey,
  type WorkPaces,
} from '@storey/comment';
import { currentContext, type Clock } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { type Ids } from '@storey/ids';
import { type Logger } from '@storey/observability';
import { type Doors } from './doors.js';
import { type Overlays } from './overlays.js';
import { type Unapplied } from './unapplied.js';

type Change = NonNullable<MessageInitShape<typeof commentEvents.CommentCommandSchema>['command']>;

export interface NewCommand {
  readonly id: bigint;
  readonly subject: SubjectKey;
  readonly actor: Person;
  readonly change: Change;
  /** When it happened, epoch ms; default: now. */
  readonly at?: number;
}

export interface CommandLogOptions {
  readonly doors: Doors;
  readonly unapplied: Pick<Unapplied, 'watch'>;
  readonly overlays: Overlays;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly paces: WorkPaces;
}

/**
 * The way that every change goes: on its way to the log, keyed by its subject, it is accepted; then it is laid over what
 * its author reads until the writer has applied it.
 */
export class CommandLog {
  readonly #options: CommandLogOptions;

  constructor(options: CommandLogOptions) {
    this.#options = options;
  }

  /** Epoch ms. */
  now(): number {
    return this.#options.clock.now();
  }

  /** Of a command, and of the comment that it publishes. */
  nextId(subject: SubjectKey): bigint {
    return this.#options.ids.next(shardOfSubject(subject));
  }

  /**
   * Resolves when the command is durable. What was begun is never cancelled.
   * @param overlaid what lies over its author's reads, where that is more than the command itself.
   * @throws AppError `unavailable` or `deadline_exceeded` (nothing was stored), `outcome_unknown`.
   */
  async accept(command: NewCommand, overlaid: NewCommand = command): Promise<void> {
    await this.acceptUnseen([command]);
    await this.#overlay([overlaid]);
  }

  /** The same of several of one actor: all or none. */
  async acceptAll(commands: readonly NewCommand[]): Promise<void> {
    await this.acceptUnseen(commands);
    await this.#overlay(commands);
  }

  /** The same of what nothing shows that their actor reads. */
  async acceptUnseen(commands: readonly NewCommand[]): Promise<void> {
    await this.#append(commands);
    for (const { id } of commands) this.#options.unapplied.watch(id);
  }

  async #overlay(commands: readonly NewCommand[]): Promise<void> {
    try {
      await this.#options.overlays.add(commands.map((command) => this.#encoded(command)));
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.#options.logger.warn('accepted, but its author will see it late', { cause: String(error) });
    }
  }

  /**
   * As `accept`, of commands that nobody waits to see: held up while commands of people wait for the writer, and marked.
   * They are stored all or none.
   */
  async acceptBulk(commands: readonly NewCommand[]): Promise<void> {
    await this.#options.paces.pass('bulk', commands.length, currentContext().signal);
    await this.#append(commands, { [WORK_CLASS_HEADER]: 'bulk' });
  }

  async #append(
    commands: readonly NewCommand[],
    marks: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { traceId } = currentContext();
    const messages = commands.map((command) => ({
      key: subjectKey(command.subject),
      value: toBinary(commentEvents.CommentCommandSchema, this.#encoded(command)),
      headers: { 'event-id': String(command.id), 'trace-id': traceId, ...marks },
    }));
    await this.#options.doors.store(messages);
  }

  #encoded({ id, subject, actor, change, at }: NewCommand): commentEvents.CommentCommand {
    return create(commentEvents.CommentCommandSchema, {
      id,
      subject: { type: subject.type, oid: subject.oid },
      actorId: actor.userId,
      actorRoles: [...actor.roles],
      acceptedAtMs: BigInt(at ?? this.now()),
      traceId: currentContext().traceId,
      command: change,
    });
  }
}
