import { COMMANDS_TOPIC, WRITER_GROUP } from '@storey/comment';
import { isAppError } from '@storey/errors';
import { type Consumer, type EventLog, type Message } from '@storey/events';
import { type Clock } from '@storey/context';
import { publishedId } from './published-id.js';

/** How often it is made sure that everything was heard. */
const CHECK_EVERY_MS = 1000;

export interface HeardCommandsOptions {
  readonly events: EventLog;
  readonly clock: Clock;
  /** Of each comment that was accepted. Must not throw. */
  readonly hear: (id: bigint) => void;
  /** Something was missed, for good. */
  readonly onMissed: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Hears of every comment when it is accepted, before the writer can have stored it: from the first command on that the
 * writer had not finished when this was opened. Knows up to when it has heard everything.
 */
export class HeardCommands {
  readonly #options: HeardCommandsOptions;
  /** By partition: the offset that comes next. */
  readonly #next: bigint[];
  #consumer: Consumer | undefined;
  #cancelCheck: (() => void) | undefined;
  #closed = false;
  #behind: { readonly ends: readonly bigint[]; readonly askedAt: number } | undefined;
  #completeAt = -Infinity;

  private constructor(options: HeardCommandsOptions, from: readonly bigint[]) {
    this.#options = options;
    this.#next = [...from];
  }

  /** Whatever was stored before this resolves and is not heard of lies in the database by then. */
  static async open(options: HeardCommandsOptions): Promise<HeardCommands> {
    const from = await unfinished(options.events);
    const heard = new HeardCommands(options, from);
    heard.#consumer = await options.events.listen({
      topic: COMMANDS_TOPIC,
      from,
      handle: (messages) => heard.#deliver(messages),
    });
    await heard.#check();
    return heard;
  }

  /** A time of the monotonic clock: everything accepted before it was heard. */
  get completeAt(): number {
    return this.#completeAt;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelCheck?.();
    await this.#consumer?.close();
  }

  #deliver(messages: readonly Message[]): void {
    for (const { partition, offset, value } of messages) {
      if (offset !== this.#next[partition]) this.#options.onMissed();
      this.#next[partition] = offset + 1n;
      const id = publishedId(value);
      if (id !== undefined) this.#options.hear(id);
    }
    this.#settle();
  }

  /** Asks where the log ends; as soon as all before is heard, everything was heard that was accepted before asking. */
  async #check(): Promise<void> {
    if (!this.#behind) await this.#ask();
    if (this.#closed) return;
    this.#cancelCheck = this.#options.clock.after(CHECK_EVERY_MS, () => void this.#check());
  }

  async #ask(): Promise<void> {
    const { events, clock, onError } = this.#options;
    const askedAt = clock.monotonic();
    try {
      this.#behind = { ends: await events.endOffsets(COMMANDS_TOPIC), askedAt };
      this.#settle();
    } catch (error) {
      // The log is away: then `completeAt` stays behind, which is all there is to say.
      if (!isAppError(error) || error.kind !== 'unavailable') onError(error);
    }
  }

  #settle(): void {
    if (!this.#behind) return;
    const { ends, askedAt } = this.#behind;
    if (ends.some((end, partition) => (this.#next[partition] ?? 0n) < end)) return;
    this.#completeAt = askedAt;
    this.#behind = undefined;
  }
}

/** By partition: the first command that is still in the log and that the writer may not have finished. */
async function unfinished(events: EventLog): Promise<readonly bigint[]> {
  const committed = await events.committed(COMMANDS_TOPIC, WRITER_GROUP);
  const ends = await events.endOffsets(COMMANDS_TOPIC);
  const from: bigint[] = [];
  for (const [partition, offset] of committed.entries()) {
    const [first] = await events.read(COMMANDS_TOPIC, partition, offset, 1);
    from.push(first?.offset ?? ends[partition] ?? offset);
  }
  return from;
}
