import { type EventLog, type Message } from '@storey/events';

const PAGE = 1000;
/** Messages of all subjects of the partition that are looked through for one reader. */
const MAX_SCANNED = 20_000;
const MAX_FOUND = 1000;

export interface Replay {
  readonly messages: readonly Message[];
  /** The first offset that was not looked at. */
  readonly next: bigint;
}

export interface ReplayRange {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  /** The first offset that is wanted. */
  readonly from: bigint;
}

/** @returns what `key` missed; undefined when that is not known any more, or more than is worth replaying. */
export async function replay(
  events: EventLog,
  { topic, partition, key, from }: ReplayRange,
): Promise<Replay | undefined> {
  const found: Message[] = [];
  const end = (await events.endOffsets(topic))[partition] ?? 0n;
  if (from > end || end - from > BigInt(MAX_SCANNED)) return undefined;
  let next = from;
  while (next < end) {
    const page = await events.read(topic, partition, next, PAGE);
    const [first] = page;
    // What was there has been cut by retention.
    if (!first || first.offset !== next) return undefined;
    found.push(...page.filter((message) => message.key === key));
    if (found.length > MAX_FOUND) return undefined;
    next = (page.at(-1)?.offset ?? next) + 1n;
  }
  return { messages: found, next };
}
