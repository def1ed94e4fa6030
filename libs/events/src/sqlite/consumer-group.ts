import { partitionLost } from '../failures.js';
import { type Consumer, type Subscription } from '../event-log.js';
import { type Partition } from './catalog.js';
import { PartitionConsumer, type ConsumerPort } from './partition-consumer.js';

/** The members of one group on one topic. Partitions are dealt out in the order of joining. */
export class ConsumerGroup {
  readonly #port: ConsumerPort;
  readonly #partitions: readonly Partition[];
  readonly #nextEpoch: () => bigint;
  #members: readonly GroupMember[] = [];
  /** Who may hold partitions: the members, and those who left until they gave up theirs. */
  #holders: readonly GroupMember[] = [];
  #rebalanced: Promise<void> = Promise.resolve();

  constructor(port: ConsumerPort, partitions: readonly Partition[], nextEpoch: () => bigint) {
    this.#port = port;
    this.#partitions = partitions;
    this.#nextEpoch = nextEpoch;
  }

  /** Resolves when the new member has its partitions. */
  async join(subscription: Subscription): Promise<Consumer> {
    const member = new GroupMember(subscription, this);
    for (const partition of this.#partitions) this.#port.offsets.join(partition, subscription.group);
    this.#port.committed();
    this.#members = [...this.#members, member];
    await this.#rebalance();
    return member;
  }

  async leave(member: GroupMember): Promise<void> {
    this.#members = this.#members.filter((other) => other !== member);
    await this.#rebalance();
    await this.#port.flushOffsets();
  }

  async close(): Promise<void> {
    this.#members = [];
    await this.#rebalance();
  }

  wake(partition: number): void {
    for (const member of this.#members) member.owned.get(partition)?.wake();
  }

  #rebalance(): Promise<void> {
    this.#rebalanced = this.#rebalanced.then(() => this.#deal());
    return this.#rebalanced;
  }

  /** Never fails: it only stops loops and starts others. */
  async #deal(): Promise<void> {
    const members = this.#members;
    const wanted = this.#partitions.map(({ number }) => members[number % members.length]);
    await Promise.all(this.#holders.map((member) => member.giveUp((number) => wanted[number] !== member)));
    this.#holders = members;
    for (const partition of this.#partitions) this.#give(partition, wanted[partition.number]);
  }

  #give(partition: Partition, member: GroupMember | undefined): void {
    if (!member || member.owned.has(partition.number)) return;
    const state = { epoch: this.#nextEpoch(), paused: member.paused };
    member.owned.set(
      partition.number,
      new PartitionConsumer(this.#port, partition, member.subscription, state),
    );
  }
}

class GroupMember implements Consumer {
  readonly owned = new Map<number, PartitionConsumer>();
  paused = false;
  #closing: Promise<void> | undefined;

  constructor(
    readonly subscription: Subscription,
    readonly group: ConsumerGroup,
  ) {}

  close(): Promise<void> {
    this.#closing ??= this.group.leave(this);
    return this.#closing;
  }

  pause(): void {
    this.paused = true;
    for (const consumer of this.owned.values()) consumer.pause();
  }

  resume(): void {
    this.paused = false;
    for (const consumer of this.owned.values()) consumer.resume();
  }

  async commit(partition: number, offset: bigint): Promise<void> {
    const consumer = this.owned.get(partition);
    if (!consumer) throw partitionLost(this.subscription.topic, partition);
    await consumer.commit(offset);
  }

  /** Stops and forgets the partitions that `goes` names. */
  async giveUp(goes: (partition: number) => boolean): Promise<void> {
    const going = [...this.owned].filter(([number]) => goes(number));
    await Promise.all(
      going.map(async ([number, consumer]) => {
        await consumer.stop();
        this.owned.delete(number);
      }),
    );
  }
}
