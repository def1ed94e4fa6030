import { type Message } from '../event-log.js';
import { Wake } from '../wake.js';
import { type FetchedPartition } from './kafkajs.js';
import { REQUEST_MS, type Link } from './link.js';
import { isRefusal, STALE_LEADER } from './refusals.js';
import { Trouble } from './trouble.js';
import { toMessage } from './records.js';

/** How long a broker may hold a fetch for which it has nothing. It answers at once when something comes. */
const IDLE_WAIT_MS = 5000;
/** The same while a partition is left out that may want more meanwhile. */
const BUSY_WAIT_MS = 100;
const MAX_PARTITION_BYTES = 1024 * 1024;
const MAX_FETCH_BYTES = 8 * 1024 * 1024;
const READ_UNCOMMITTED = 0;

const CUT: ReadonlySet<string> = new Set(['OFFSET_OUT_OF_RANGE']);

export interface Position {
  readonly partition: number;
  readonly offset: bigint;
}

/** Where fetched messages go. */
export interface FetchTarget {
  /** How many partitions there are, hungry or not. */
  readonly size: number;
  /** The partitions that want more, and from where. */
  hungry(): readonly Position[];
  /** @param next where the fetch after this one begins */
  take(from: Position, messages: readonly Message[], next: bigint): void;
  /** The messages from `from` on are gone; the first that is left is `first`. */
  cut(from: Position, first: bigint): void;
}

export interface Fetching {
  readonly link: Link;
  readonly topic: string;
  /** Its name in the cluster. */
  readonly wire: string;
}

export interface Fetched extends Position {
  readonly messages: readonly Message[];
  /** One past the last of them, or the position itself. */
  readonly next: bigint;
  /** One past what is stored. */
  readonly end: bigint;
}

/** Keeps partitions fed: one fetch a leading broker at a time, which waits there until something comes. */
export class Fetcher {
  readonly #fetching: Fetching;
  readonly #target: FetchTarget;
  readonly #trouble: Trouble;
  readonly #wakes = new Set<Wake>();

  constructor(fetching: Fetching, target: FetchTarget, trouble: Trouble) {
    this.#fetching = fetching;
    this.#target = target;
    this.#trouble = trouble;
  }

  /** A partition became hungry. */
  wake(): void {
    for (const wake of this.#wakes) wake.wake();
  }

  /** Resolves after `signal`; until then it heals by itself. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(await leadersOf(this.#fetching), signal);
      } catch (error) {
        if (!signal.aborted) await this.#trouble.met(error, signal);
      }
    }
  }

  /** Until one broker fails: then the leaders are asked for anew. */
  async #round(leaders: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const loops = [...new Set(leaders.values())].map(async (node) => {
      try {
        await this.#loop(node, leaders, both);
      } finally {
        stop.abort();
      }
    });
    const ends = await Promise.allSettled(loops);
    const failed = ends.find((end) => end.status === 'rejected' && end.reason !== stop.signal.reason);
    if (failed?.status === 'rejected') throw failed.reason as Error;
  }

  async #loop(node: number, leaders: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    const wake = new Wake();
    const onAbort = (): void => wake.wake();
    this.#wakes.add(wake);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const hungry = this.#target.hungry();
        const mine = hungry.filter(({ partition }) => leaders.get(partition) === node);
        const waitMs = hungry.length < this.#target.size ? BUSY_WAIT_MS : IDLE_WAIT_MS;
        if (mine.length === 0) await wake.wait();
        else await this.#fetch(node, mine, waitMs, signal);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#wakes.delete(wake);
    }
  }

  async #fetch(node: number, from: readonly Position[], waitMs: number, signal: AbortSignal): Promise<void> {
    try {
      const found = await fetchFrom(this.#fetching, { node, from, waitMs }, signal);
      this.#trouble.over();
      for (const each of found)
        if (each.next > each.offset) this.#target.take(each, each.messages, each.next);
    } catch (error) {
      if (!isRefusal(error, CUT)) throw error;
      await this.#cut(from);
    }
  }

  /** The refusal does not say reliably which partition it was. */
  async #cut(from: readonly Position[]): Promise<void> {
    const { link, wire } = this.#fetching;
    const partitions = from.map(({ partition }) => partition);
    const [first, end] = await offsetsOf(link, wire, partitions);
    for (const position of from) {
      const [low, high] = [first.get(position.partition) ?? 0n, end.get(position.partition) ?? 0n];
      if (position.offset < low || position.offset > high) this.#target.cut(position, low);
    }
  }
}

/** The broker that leads each partition, asked for anew. */
async function leadersOf({ link, wire }: Fetching): Promise<ReadonlyMap<number, number>> {
  return link.run(`leaders of ${wire}`, REQUEST_MS, async (cluster) => {
    await cluster.addMultipleTargetTopics([wire]);
    await cluster.refreshMetadata();
    return new Map(cluster.findTopicPartitionMetadata(wire).map((each) => [each.partitionId, each.leader]));
  });
}

/** First kept offset and end of each partition. */
export async function offsetsOf(
  link: Link,
  wire: string,
  partitions: readonly number[],
): Promise<readonly [ReadonlyMap<number, bigint>, ReadonlyMap<number, bigint>]> {
  return link.run(`offsets of ${wire}`, REQUEST_MS, async (cluster) => {
    await cluster.addMultipleTargetTopics([wire]);
    const wanted = { topic: wire, partitions: partitions.map((partition) => ({ partition })) };
    try {
      const [first, end] = await Promise.all(
        [true, false].map((fromBeginning) => cluster.fetchTopicsOffset([{ ...wanted, fromBeginning }])),
      );
      return [byPartition(first), byPartition(end)] as const;
    } catch (error) {
      if (isRefusal(error, STALE_LEADER)) await cluster.refreshMetadata();
      throw error;
    }
  });
}

type ListedOffsets = readonly { readonly partitions: readonly { partition: number; offset: string }[] }[];

const byPartition = (listed: ListedOffsets | undefined): ReadonlyMap<number, bigint> =>
  new Map(
    listed?.flatMap(({ partitions }) => partitions.map((each) => [each.partition, BigInt(each.offset)])),
  );

/** One fetch at one broker, or wherever the only partition is led when no `node` is given. */
export async function fetchFrom(
  { link, topic, wire }: Fetching,
  {
    node,
    from,
    waitMs,
  }: { readonly node?: number; readonly from: readonly Position[]; readonly waitMs: number },
  signal?: AbortSignal,
): Promise<readonly Fetched[]> {
  const partitions = from.map(({ partition, offset }) => {
    return { partition, fetchOffset: String(offset), maxBytes: MAX_PARTITION_BYTES };
  });
  const request = {
    isolationLevel: READ_UNCOMMITTED,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: MAX_FETCH_BYTES,
    topics: [{ topic: wire, partitions }],
  } as const;
  const fetching = link.run(
    `fetch of ${wire}`,
    waitMs + REQUEST_MS,
    async (cluster) => {
      await cluster.addMultipleTargetTopics([wire]);
      const leader = cluster
        .findTopicPartitionMetadata(wire)
        .find((each) => each.partitionId === from[0]?.partition);
      const broker = await cluster.findBroker({ nodeId: node ?? leader?.leader ?? -1 });
      return broker.fetch(request);
    },
    signal,
  );
  const { responses } = await fetching;
  const offsets = new Map(from.map(({ partition, offset }) => [partition, offset]));
  return responses.flatMap((response) =>
    response.partitions.map((found) => fetchedOf(topic, found, offsets.get(found.partition) ?? 0n)),
  );
}

/** A stored batch may begin before what was asked for, and hold records that are no messages. */
function fetchedOf(
  topic: string,
  { partition, messages, highWatermark }: FetchedPartition,
  offset: bigint,
): Fetched {
  const records = messages.filter((record) => BigInt(record.offset) >= offset);
  const last = records.at(-1);
  return {
    partition,
    offset,
    messages: records
      .filter((each) => !each.isControlRecord)
      .map((each) => toMessage(topic, partition, each)),
    next: last ? BigInt(last.offset) + 1n : offset,
    end: BigInt(highWatermark),
  };
}
