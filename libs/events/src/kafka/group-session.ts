import { setTimeout as sleep } from 'node:timers/promises';
import { partitionLost } from '../failures.js';
import { PartitionFlow, type Assigned, type FlowPort } from '../flow/partition-flow.js';
import { type Message } from '../event-log.js';
import { type Coordinator } from './coordinator.js';
import { Fetcher, type FetchTarget, type Position } from './fetcher.js';
import { OffsetCommits, type Generation } from './offset-commits.js';
import { isRefusal, LOST_MEMBERSHIP, refusalOf } from './refusals.js';
import { Trouble } from './trouble.js';

/** Without a heartbeat for so long the broker gives a member's partitions to others. */
export const SESSION_MS = 10_000;
/** It is how soon a member learns that another came or went. */
const HEARTBEAT_MS = 1000;
const HEARTBEAT_WITHIN_MS = 3000;

/** Why a generation ended: others joined or left, the group went on without us, or we were told to close. */
export type Ending = 'rebalance' | 'lost' | 'closed';

export interface SessionPort extends Pick<FlowPort, 'options' | 'subscription' | 'bury'> {
  readonly coordinator: Coordinator;
}

/** A partition with what was kept of it at the broker. */
export interface Start extends Assigned {
  readonly birth: string;
}

/** One generation of one member: its partitions, until the group is dealt anew. */
export class GroupSession implements FetchTarget {
  readonly #port: SessionPort;
  readonly #generation: Generation;
  readonly #commits: OffsetCommits;
  readonly #flows: ReadonlyMap<number, PartitionFlow>;
  readonly #fetcher: Fetcher;
  readonly #over = new AbortController();
  /** The last time the broker surely counted us in; monotonic, ms. */
  #counted = performance.now();
  #ending: Ending | undefined;
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(port: SessionPort, generation: Generation, starts: readonly Start[]) {
    this.#port = port;
    this.#generation = generation;
    const { coordinator, options, subscription } = port;
    const births = new Map(starts.map(({ partition, birth }) => [partition, birth]));
    const { onError } = options;
    const onRefused = (error: unknown): void => this.#refused(error);
    this.#commits = new OffsetCommits({ coordinator, generation, onError, onRefused }, births);
    const trouble = new Trouble(onError, `events ${subscription.topic} ${subscription.group}: fetch`);
    const fetching = { link: coordinator.link, topic: subscription.topic, wire: coordinator.topic };
    this.#fetcher = new Fetcher(fetching, this, trouble);
    const flow: FlowPort = {
      options,
      subscription,
      bury: port.bury,
      advance: (partition, offset) => this.#commits.advance(partition, offset),
      hungry: () => this.#fetcher.wake(),
    };
    this.#flows = new Map(starts.map((start) => [start.partition, new PartitionFlow(flow, start)]));
    for (const { partition, offset } of starts) this.#commits.begin(partition, offset);
  }

  get size(): number {
    return this.#flows.size;
  }

  /** Resolves when nothing of this generation runs any more and what was handled is committed. */
  async run(): Promise<Ending> {
    const done = new AbortController();
    const beating = this.#beat(done.signal);
    await this.#fetcher.run(this.#over.signal);
    await this.#stopped;
    await this.#lastCommit();
    done.abort();
    await beating;
    return this.#ending ?? 'closed';
  }

  end(ending: Ending): void {
    if (ending === 'lost') for (const flow of this.#flows.values()) flow.lose();
    if (!this.#ending) this.#stopped = Promise.all([...this.#flows.values()].map((flow) => flow.stop()));
    if (this.#ending !== 'lost') this.#ending = ending;
    this.#over.abort();
  }

  pause(): void {
    for (const flow of this.#flows.values()) flow.pause();
  }

  resume(): void {
    for (const flow of this.#flows.values()) flow.resume();
  }

  async commit(partition: number, offset: bigint): Promise<void> {
    const flow = this.#flows.get(partition);
    const lost = partitionLost(this.#port.subscription.topic, partition);
    if (!flow) throw lost;
    flow.checkCommit(offset);
    this.#commits.advance(partition, offset);
    try {
      await this.#commits.flush();
    } catch (error) {
      throw refusalOf(error) ? lost : error;
    }
  }

  hungry(): readonly Position[] {
    return [...this.#flows].flatMap(([partition, { wants }]) =>
      wants === undefined ? [] : [{ partition, offset: wants }],
    );
  }

  take({ partition }: Position, messages: readonly Message[], next: bigint): void {
    this.#flows.get(partition)?.take(messages, next);
  }

  cut({ partition, offset }: Position, first: bigint): void {
    const { topic, group } = this.#port.subscription;
    const error = new Error(`Offset ${offset} is not there; the group goes on at ${first}.`);
    this.#port.options.onError(error, `events ${topic}/${partition} ${group}: out of range`);
    this.#flows.get(partition)?.skipTo(first);
  }

  async #beat(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      try {
        await sleep(HEARTBEAT_MS, undefined, { signal: done });
        await this.#heartbeat();
      } catch (error) {
        if (done.aborted) return;
        this.#refused(error);
        if (performance.now() - this.#counted > SESSION_MS) this.end('lost');
      }
    }
  }

  async #heartbeat(): Promise<void> {
    const { coordinator } = this.#port;
    const { memberId, generationId } = this.#generation;
    const begun = performance.now();
    await coordinator.run('heartbeat', HEARTBEAT_WITHIN_MS, (broker) =>
      broker.heartbeat({ groupId: coordinator.groupId, memberId, groupGenerationId: generationId }),
    );
    this.#counted = begun;
  }

  /** A rebalance still counts us in until its time is over; what passes is tried again by whoever met it. */
  #refused(error: unknown): void {
    if (isRefusal(error, LOST_MEMBERSHIP)) return this.end('lost');
    if (refusalOf(error)?.type !== 'REBALANCE_IN_PROGRESS') return;
    this.#counted = performance.now();
    if (!this.#ending) this.end('rebalance');
  }

  async #lastCommit(): Promise<void> {
    try {
      if (this.#ending !== 'lost') await this.#commits.flush();
    } catch (error) {
      const { topic, group } = this.#port.subscription;
      this.#port.options.onError(error, `events ${topic} ${group}: last commit`);
    } finally {
      this.#commits.close();
    }
  }
}
