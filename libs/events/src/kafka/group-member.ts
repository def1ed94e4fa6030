import { runDetached } from '@storey/context';
import { unavailable } from '@storey/errors';
import { partitionLost } from '../failures.js';
import { STOP_WAIT_MS } from '../limits.js';
import { type Consumer } from '../event-log.js';
import { deal, partitionsIn, protocolsFor } from './assignment.js';
import { offsetsOf } from './fetcher.js';
import { GroupSession, SESSION_MS, type SessionPort, type Start } from './group-session.js';
import { REQUEST_MS } from './link.js';
import { type Generation } from './offset-commits.js';
import { isPassing, isRefusal, LOST_MEMBERSHIP, refusalOf } from './refusals.js';
import { Trouble } from './trouble.js';

/** What the others wait for a member that still has a handler running. */
const REBALANCE_MS = STOP_WAIT_MS + 5000;
/** Joining ends when all have joined or were given up. */
const JOIN_MS = REBALANCE_MS + SESSION_MS;
const FIRST_JOIN_MS = 30_000;
/** Failures in a row that no waiting heals. */
const MAX_DEFECTS = 5;
/** An epoch counts milliseconds since then above its low bits, and generations there. */
const EPOCHS_BEGIN = Date.UTC(2020, 0, 1);
const GENERATION_BITS = 20n;
/** At the end nobody wants to wait for a broker. */
const LEAVE_MS = 2000;

/** One member of a group: joins, works a generation, joins again, until closed. */
export class GroupMember implements Consumer {
  readonly #port: SessionPort;
  readonly #closing = new AbortController();
  readonly #trouble: Trouble;
  readonly #done: Promise<void>;
  #joined: () => void = () => undefined;
  #refused: (error: unknown) => void = () => undefined;
  #memberId = '';
  #session: GroupSession | undefined;
  #paused = false;
  /** Whether anybody relies on it yet. */
  #worked = false;

  /** Resolves when the member has its partitions. @throws AppError `unavailable` */
  static async join(port: SessionPort): Promise<GroupMember> {
    const member = new GroupMember(port);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        member.#joined = resolve;
        member.#refused = reject;
        const late = unavailable(
          `Group ${port.coordinator.groupId} could not be joined in ${FIRST_JOIN_MS} ms.`,
        );
        timer = setTimeout(() => reject(late), FIRST_JOIN_MS);
      });
      return member;
    } catch (error) {
      await member.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(port: SessionPort) {
    this.#port = port;
    const { subscription, options } = port;
    this.#trouble = new Trouble(options.onError, `events ${subscription.topic} ${subscription.group}: group`);
    this.#done = runDetached(() => this.#run());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#session?.end('closed');
    // Joining may wait for others; there is nothing to wait for, as nothing is held yet.
    if (!this.#session) this.#port.coordinator.link.close();
    await this.#done;
  }

  pause(): void {
    this.#paused = true;
    this.#session?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#session?.resume();
  }

  async commit(partition: number, offset: bigint): Promise<void> {
    if (!this.#session || this.#closing.signal.aborted)
      throw partitionLost(this.#port.subscription.topic, partition);
    await this.#session.commit(partition, offset);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let defects = 0; !signal.aborted && defects < MAX_DEFECTS;) {
      try {
        await this.#generation();
        defects = 0;
      } catch (error) {
        if (signal.aborted) break;
        defects = isPassing(error) || isRefusal(error, LOST_MEMBERSHIP) ? 0 : defects + 1;
        if (defects === MAX_DEFECTS) this.#die(error);
        else await this.#recover(error);
      }
    }
    await this.#leave();
  }

  async #generation(): Promise<void> {
    const { generation, partitions } = await this.#join();
    const starts = await this.#starts(generation, partitions);
    if (this.#closing.signal.aborted) return;
    this.#trouble.over();
    this.#session = new GroupSession(this.#port, generation, starts);
    this.#worked = true;
    this.#joined();
    const ending = await this.#session.run();
    this.#session = undefined;
    if (ending === 'lost') this.#memberId = '';
  }

  async #recover(error: unknown): Promise<void> {
    if (isRefusal(error, LOST_MEMBERSHIP)) this.#memberId = '';
    else if (refusalOf(error)?.type !== 'REBALANCE_IN_PROGRESS')
      await this.#trouble.met(error, this.#closing.signal);
  }

  async #join(): Promise<{ generation: Generation; partitions: readonly number[] }> {
    const { coordinator } = this.#port;
    const { groupId, topic: wire } = coordinator;
    return coordinator.run('join', JOIN_MS, async (broker, cluster) => {
      const joined = await broker.joinGroup({
        groupId,
        memberId: this.#memberId,
        sessionTimeout: SESSION_MS,
        rebalanceTimeout: REBALANCE_MS,
        groupProtocols: protocolsFor(wire),
      });
      const { memberId, generationId, leaderId, members } = joined;
      this.#memberId = memberId;
      const count = cluster.findTopicPartitionMetadata(wire).length;
      const groupAssignment = leaderId === memberId ? deal(wire, count, members) : [];
      const synced = await broker.syncGroup({ groupId, generationId, memberId, groupAssignment });
      const partitions = partitionsIn(synced.memberAssignment, wire);
      return { generation: { memberId, generationId }, partitions };
    });
  }

  /**
   * Where the group stands in each partition. An epoch is the group's birth there and the generation: the broker
   * counts generations up, but from 1 again once it has forgotten an idle group, its offsets and with them the birth.
   */
  async #starts(generation: Generation, partitions: readonly number[]): Promise<readonly Start[]> {
    if (partitions.length === 0) return [];
    const { coordinator } = this.#port;
    const { groupId, topic: wire } = coordinator;
    const wanted = partitions.map((partition) => ({ partition }));
    const { responses } = await coordinator.run('offsets', REQUEST_MS, (broker) =>
      broker.offsetFetch({ groupId, topics: [{ topic: wire, partitions: wanted }] }),
    );
    const found = new Map(responses[0]?.partitions.map((each) => [each.partition, each]));
    const born = partitions.filter((partition) => Number(found.get(partition)?.offset ?? -1) < 0);
    const now = String(Date.now() - EPOCHS_BEGIN);
    const first = born.length > 0 ? await this.#begin(generation, born, now) : new Map<number, bigint>();
    return partitions.map((partition) => {
      const offset = first.get(partition) ?? BigInt(found.get(partition)?.offset ?? 0);
      const kept = first.has(partition) ? null : found.get(partition)?.metadata;
      const birth = kept && /^\d{1,13}$/.test(kept) ? kept : now; // a tool may have set the offset
      const epoch = (BigInt(birth) << GENERATION_BITS) + BigInt(generation.generationId);
      return { partition, offset, birth, epoch, paused: this.#paused };
    });
  }

  /** A group begins at the earliest message, and its birth is durable before the first delivery. */
  async #begin(
    { memberId, generationId }: Generation,
    partitions: readonly number[],
    metadata: string,
  ): Promise<ReadonlyMap<number, bigint>> {
    const { groupId, link, topic: wire } = this.#port.coordinator;
    const [first] = await offsetsOf(link, wire, partitions);
    const offsets = [...first].map(([partition, offset]) => ({
      partition,
      offset: String(offset),
      metadata,
    }));
    await this.#port.coordinator.run('beginning', REQUEST_MS, (broker) =>
      broker.offsetCommit({
        groupId,
        memberId,
        groupGenerationId: generationId,
        topics: [{ topic: wire, partitions: offsets }],
      }),
    );
    return first;
  }

  /** So that the others need not wait for the session to run out. */
  async #leave(): Promise<void> {
    const { coordinator, options, subscription } = this.#port;
    try {
      const { groupId } = coordinator;
      const memberId = this.#memberId;
      if (memberId !== '' && !coordinator.link.closed)
        await coordinator.run('leave', LEAVE_MS, (broker) => broker.leaveGroup({ groupId, memberId }));
    } catch (error) {
      if (!isRefusal(error, LOST_MEMBERSHIP))
        options.onError(error, `events ${subscription.topic} ${subscription.group}: leave`);
    } finally {
      coordinator.link.close();
    }
  }

  #die(error: unknown): void {
    if (this.#worked) this.#port.options.onDead(error);
    else this.#refused(error);
  }
}
