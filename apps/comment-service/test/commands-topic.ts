import { create, toBinary } from '@bufbuild/protobuf';
import { commentEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Consumer, type EventLog, type Listener, type Message } from '@storey/events';

const { CommentCommandSchema } = commentEvents;

/** Commands in two partitions; the test says when they are delivered. */
export class CommandsTopic implements Pick<EventLog, 'committed' | 'endOffsets' | 'read' | 'listen'> {
  readonly done = [0n, 0n];
  /** First offset that is kept. */
  first = 0n;
  isAway = false;
  closed = false;
  #listener: Listener | undefined;
  readonly #messages: Message[][] = [[], []];

  get log(): EventLog {
    return this as unknown as EventLog;
  }

  publish(partition: number, id: bigint): void {
    const command = create(CommentCommandSchema, { id, command: { case: 'publish', value: {} } });
    const messages = this.#messages[partition] ?? [];
    const value = toBinary(CommentCommandSchema, command);
    const offset = BigInt(messages.length);
    messages.push({ topic: 't', partition, offset, key: 'k', value, headers: {}, timestamp: 0 });
  }

  /** @param skip so many are lost on the way */
  deliver(partition: number, count = Infinity, skip = 0): void {
    const from = Number(this.#listener?.from?.[partition] ?? 0n);
    const messages = (this.#messages[partition] ?? []).slice(from + skip);
    this.#listener?.handle(messages.slice(0, count));
  }

  async committed() {
    if (this.isAway) throw unavailable('away');
    return [...this.done];
  }

  async endOffsets() {
    if (this.isAway) throw unavailable('away');
    return this.#messages.map(({ length }) => BigInt(length));
  }

  async read(_: string, partition: number, from: bigint, limit: number) {
    const kept = (this.#messages[partition] ?? []).filter(({ offset }) => offset >= this.first);
    return kept.filter(({ offset }) => offset >= from).slice(0, limit);
  }

  async listen(listener: Listener): Promise<Consumer> {
    this.#listener = listener;
    const close = async (): Promise<void> => void (this.closed = true);
    return { close, pause: () => undefined, resume: () => undefined, commit: async () => undefined };
  }
}
