import { PartitionFlow } from '../flow/partition-flow.js';
import { type Message, type Subscription } from '../event-log.js';
import { type ResolvedOptions } from '../options.js';
import { type Partition } from './catalog.js';
import { type GroupOffsets } from './group-offsets.js';

/** What a consumer needs of the log. */
export interface ConsumerPort {
  readonly options: ResolvedOptions;
  readonly offsets: GroupOffsets;
  read(partition: Partition, from: bigint, limit: number): readonly Message[];
  /** Stores the message in the dead topic; resolves when durable. */
  bury(message: Message, burial: { group: string; cause: unknown; attempts: number }): Promise<void>;
  /** An offset was committed in memory. */
  committed(): void;
  flushOffsets(): Promise<void>;
}

/** One assignment of one partition to one member, fed from the file. */
export class PartitionConsumer {
  readonly #port: ConsumerPort;
  readonly #partition: Partition;
  readonly #group: string;
  readonly #flow: PartitionFlow;

  constructor(
    port: ConsumerPort,
    partition: Partition,
    subscription: Subscription,
    { epoch, paused }: { readonly epoch: bigint; readonly paused: boolean },
  ) {
    this.#port = port;
    this.#partition = partition;
    this.#group = subscription.group;
    const offset = port.offsets.position(partition, subscription.group);
    this.#flow = new PartitionFlow(
      {
        options: port.options,
        subscription,
        advance: (_, to) => this.#advance(to),
        bury: (message, cause, attempts) => port.bury(message, { group: this.#group, cause, attempts }),
        hungry: () => this.#feed(),
      },
      { partition: partition.number, epoch, offset, paused },
    );
  }

  wake(): void {
    this.#flow.wake();
  }

  pause(): void {
    this.#flow.pause();
  }

  resume(): void {
    this.#flow.resume();
  }

  /** Aborts the handler's signal and waits, bounded, for it to end. What it does later is fenced off. */
  stop(): Promise<void> {
    return this.#flow.stop();
  }

  async commit(offset: bigint): Promise<void> {
    this.#flow.checkCommit(offset);
    this.#advance(offset);
    await this.#port.flushOffsets();
  }

  /** One read at most: it holds the event loop. */
  #feed(): void {
    const { wants, room } = this.#flow;
    if (wants === undefined || wants >= this.#partition.end) return;
    const messages = this.#port.read(this.#partition, wants, room);
    this.#flow.take(messages, (messages.at(-1)?.offset ?? this.#partition.end - 1n) + 1n);
  }

  #advance(offset: bigint): void {
    this.#port.offsets.advance(this.#partition, this.#group, offset);
    this.#port.committed();
  }
}
