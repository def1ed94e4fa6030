import { type Clock, type FaultPoint } from '@storey/context';
import { isOutage, type Batch, type Message } from '@storey/events';
import { type Logger } from '@storey/observability';
import { subjectKey } from '@storey/comment';
import { type Applier } from './applier.js';
import { type BusySubjects } from './busy-subjects.js';
import { readCommand, type Delivered } from './command.js';

/** Subjects of one batch under way at the same time; their transactions share commits. */
const SUBJECTS_AT_ONCE = 16;
/** A defect may be of the moment: so often a command is tried alone, so long apart, before it is given up. */
const TRIES_ALONE = 3;
const TRY_EVERY_MS = 50;

type Commands = readonly [Delivered, ...Delivered[]];

export interface BatchOptions {
  readonly applier: Applier;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
  readonly logger: Logger;
  readonly subjects: BusySubjects;
}

/**
 * Applies a turn of one partition: the commands of each subject in order and together, subjects beside each other.
 * What can't be read or applied becomes a dead letter; an outage rejects, and the log delivers the batch again.
 */
export class BatchApplier {
  readonly #options: BatchOptions;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  async apply(batch: Batch): Promise<void> {
    const commands = await this.#read(batch);
    const subjects = Map.groupBy(commands, ({ subject }) => subjectKey(subject)).values();
    const turns = Array.from({ length: SUBJECTS_AT_ONCE }, () => this.#takeTurns(batch, subjects));
    const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected');
    if (failed) throw failed.reason;
    this.#options.faultPoint('job.committed');
  }

  async #read(batch: Batch): Promise<readonly Delivered[]> {
    const commands: Delivered[] = [];
    for (const message of batch.messages) {
      try {
        commands.push(readCommand(message));
      } catch (error) {
        await this.#bury(batch, message, error);
      }
    }
    return commands;
  }

  async #takeTurns(batch: Batch, subjects: Iterator<readonly Delivered[]>): Promise<void> {
    for (let next = subjects.next(); !next.done; next = subjects.next()) {
      batch.signal.throwIfAborted();
      const [first, ...others] = next.value;
      if (first) await this.#timed(batch, [first, ...others]);
      this.#options.faultPoint('job.batch');
    }
  }

  async #timed(batch: Batch, commands: Commands): Promise<void> {
    const { clock, subjects } = this.#options;
    const begun = clock.monotonic();
    try {
      await this.#applySubject(batch, commands);
    } finally {
      subjects.add(subjectKey(commands[0].subject), clock.monotonic() - begun);
    }
  }

  async #applySubject(batch: Batch, commands: Commands): Promise<void> {
    try {
      await this.#options.applier.apply(commands);
    } catch (error) {
      if (isOutage(error)) throw error;
      this.#options.logger.warn('a batch is applied one by one', { cause: String(error) });
      for (const command of commands) await this.#applyAlone(batch, command);
    }
  }

  async #applyAlone(batch: Batch, command: Delivered): Promise<void> {
    const { applier, clock } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        return await applier.apply([command], { alone: tries === TRIES_ALONE });
      } catch (error) {
        if (isOutage(error)) throw error;
        if (tries === TRIES_ALONE) return this.#giveUp(batch, command, error);
      }
      await clock.sleep(TRY_EVERY_MS, batch.signal);
    }
  }

  /** The comment ends first: a dead letter may be missing after a crash, an end may not. */
  async #giveUp(batch: Batch, command: Delivered, cause: unknown): Promise<void> {
    if (command.change.case === 'publish') await this.#reject(command);
    await this.#bury(batch, command.message, cause);
  }

  async #reject(command: Delivered): Promise<void> {
    try {
      await this.#options.applier.reject(command, 'COMMENT_NOT_APPLICABLE');
    } catch (error) {
      if (isOutage(error)) throw error;
      this.#options.logger.error('a comment could not even be rejected', error, { id: String(command.id) });
    }
  }

  async #bury(batch: Batch, message: Message, cause: unknown): Promise<void> {
    const { partition, offset } = message;
    this.#options.logger.error('a command was given up', cause, { partition, offset: String(offset) });
    await batch.deadLetter(message, cause);
  }
}
