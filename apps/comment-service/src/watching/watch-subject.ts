import { create } from '@bufbuild/protobuf';
import { currentContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { type EventLog } from '@storey/events';
import { eventId, parseEventId } from './event-ids.js';
import { liveEvents, type LiveEvent } from './live-events.js';
import { replay, type Replay } from './replay.js';
import { type SubjectFeed } from './subject-feed.js';
import { type Watcher } from './watcher.js';

export interface Watching {
  /** `type/oid`. */
  readonly subject: string;
  /** Of the last event that was received; empty for none. */
  readonly lastEventId: string;
}

/**
 * Live events of one subject until the caller goes: first `ready`, then what was missed since `lastEventId`, then
 * what happens. `reset` stands for what is not known any more. A reader too slow gets one and is let go.
 */
export class WatchSubject {
  readonly #events: EventLog;
  readonly #feed: SubjectFeed;
  readonly #topic: string;

  constructor(events: EventLog, feed: SubjectFeed, topic: string) {
    this.#events = events;
    this.#feed = feed;
    this.#topic = topic;
  }

  async *execute({ subject, lastEventId }: Watching): AsyncGenerator<LiveEvent, void> {
    const { signal = NEVER } = currentContext();
    const partition = this.#feed.partitionOf(subject);
    const begin = await this.#end(partition);
    const watcher = this.#feed.watch(subject, 0n);
    try {
      const now = eventId({ partition, offset: begin - 1n });
      yield ready(now);
      const missed = lastEventId === '' ? NOTHING : await this.#replay(subject, lastEventId, partition);
      if (missed) {
        watcher.skipTo(missed.next);
        for (const message of missed.messages) yield* liveEvents(message);
      } else {
        yield reset(now);
      }
      yield* this.#live(watcher, signal);
    } finally {
      this.#feed.unwatch(subject, watcher);
    }
  }

  async *#live(watcher: Watcher, signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    for (;;) {
      const message = await watcher.take(signal);
      if (!message) break;
      yield* liveEvents(message);
    }
    if (watcher.overrun) yield reset('');
  }

  async #replay(subject: string, lastEventId: string, partition: number): Promise<Replay | undefined> {
    const last = parseEventId(lastEventId);
    if (last?.partition !== partition) return undefined;
    const from = last.offset + 1n;
    return replay(this.#events, { topic: this.#topic, partition, key: subject, from });
  }

  async #end(partition: number): Promise<bigint> {
    return (await this.#events.endOffsets(this.#topic))[partition] ?? 0n;
  }
}

const NOTHING: Replay = { messages: [], next: 0n };
const NEVER = new AbortController().signal;

const ready = (id: string): LiveEvent =>
  create(comment.SubjectEventSchema, { id, event: { case: 'ready', value: {} } });

const reset = (id: string): LiveEvent =>
  create(comment.SubjectEventSchema, { id, event: { case: 'reset', value: {} } });
