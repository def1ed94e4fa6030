import { COMMANDS_TOPIC, WRITER_GROUP, type Authored, type AuthoredComment } from '@storey/comment';
import { type EventLog } from '@storey/events';
import { type CommandLog, type NewCommand } from '../intake/command-log.js';

/** Comments of one call. */
const AT_ONCE = 200;

export interface Erased {
  readonly done: boolean;
  readonly barrier: string;
}

/**
 * Deletes what a user said, by commands like his own, a part each call. A command may be sent again while the one before
 * waits in the log; then it has no effect.
 */
export class EraseComments {
  readonly #authored: Authored;
  readonly #log: CommandLog;
  readonly #events: Pick<EventLog, 'endOffsets' | 'committed'>;

  constructor(authored: Authored, log: CommandLog, events: Pick<EventLog, 'endOffsets' | 'committed'>) {
    this.#authored = authored;
    this.#log = log;
    this.#events = events;
  }

  /**
   * @param barrier how far the log went when the user could write no more; empty: it is looked up now.
   * @returns done when nothing stands and the writer has passed the barrier.
   */
  async execute(userId: bigint, barrier: string): Promise<Erased> {
    if (barrier === '') {
      const ends = await this.#events.endOffsets(COMMANDS_TOPIC);
      return { done: false, barrier: ends.join() };
    }
    // Asked first: what is applied after this and was accepted before the barrier is there to be found.
    const isPassed = await this.#isPassed(barrier);
    const standing = await this.#authored.standing(userId, AT_ONCE);
    if (standing.length > 0) await this.#log.acceptBulk(standing.map((each) => this.#deletion(userId, each)));
    return { done: isPassed && standing.length === 0, barrier };
  }

  #deletion(userId: bigint, { id, subject }: AuthoredComment): NewCommand {
    return {
      id: this.#log.nextId(subject),
      subject,
      actor: { userId, roles: ['user'] },
      change: { case: 'delete', value: { commentId: id } },
    };
  }

  async #isPassed(barrier: string): Promise<boolean> {
    const committed = await this.#events.committed(COMMANDS_TOPIC, WRITER_GROUP);
    return barrier.split(',').every((end, partition) => (committed[partition] ?? 0n) >= BigInt(end));
  }
}
