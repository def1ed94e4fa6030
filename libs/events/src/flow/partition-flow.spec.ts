import { describe, expect, it } from '@jest/globals';
import { FakeClock, SeededRandom, type Random } from '@storey/context';
import { unavailable } from '@storey/errors';
import { type Batch, type Message } from '../event-log.js';
import { resolveOptions, type FaultPoint } from '../options.js';
import { PartitionFlow } from './partition-flow.js';

const MESSAGES = 120;
const KEYS = 7;
const MAX_PENDING = 30;
const FETCH = 10;

/**
 * One partition of a log with the owners that come and go, an inbox that gives each message its effect once, and a ledger
 * of what must never be.
 */
class World {
  readonly clock = new FakeClock();
  readonly faults: string[] = [];
  readonly #random: Random;
  readonly #messages: readonly Message[];
  readonly #poison: ReadonlySet<bigint>;
  /** Offsets that had their effect, or lie in the dead topic. */
  readonly #ended = new Set<bigint>();
  readonly #effects = new Map<string, bigint[]>();
  committed = 0n;
  #owner: { readonly flow: PartitionFlow } | undefined;
  #epoch = 0n;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#messages = Array.from({ length: MESSAGES }, (_, offset) => ({
      topic: 't',
      partition: 0,
      offset: BigInt(offset),
      timestamp: 0,
      key: `k${Math.floor(this.#random.float() ** 3 * KEYS)}`, // some are loud
      value: new Uint8Array(this.#random.int(1, 40)),
      headers: {},
    }));
    const poison = this.#messages.filter(() => this.#random.float() < 0.03);
    this.#poison = new Set(poison.map(({ offset }) => offset));
  }

  get done(): boolean {
    return this.committed === BigInt(MESSAGES);
  }

  /** Effects of each key, in the order in which they came. */
  get effects(): ReadonlyMap<string, readonly bigint[]> {
    return this.#effects;
  }

  expected(): ReadonlyMap<string, readonly bigint[]> {
    const good = this.#messages.filter(({ offset }) => !this.#poison.has(offset));
    const byKey = Map.groupBy(good, ({ key }) => key);
    return new Map([...byKey].map(([key, messages]) => [key, messages.map(({ offset }) => offset)]));
  }

  /** Whatever may happen to a consumer between two of its steps. */
  async happen(): Promise<void> {
    const chance = this.#random.float();
    const owner = this.#owner;
    if (!owner) this.#assign();
    else if (chance < 0.02) await this.#takeAway(() => owner.flow.stop());
    else if (chance < 0.04) this.#lose(owner.flow);
    else if (chance < 0.06) owner.flow.pause();
    else if (chance < 0.2) owner.flow.resume();
    else this.#feed();
    await this.clock.advance(this.#random.int(1, 30));
  }

  async close(): Promise<void> {
    const owner = this.#owner;
    if (owner) await this.#takeAway(() => owner.flow.stop());
  }

  #assign(): void {
    const keys = new Set<string>();
    const epoch = (this.#epoch += 1n);
    const flow = new PartitionFlow(
      {
        options: resolveOptions({
          clock: this.clock,
          onError: () => undefined,
          faultPoint: (point) => this.#stumble(point),
        }),
        subscription: {
          topic: 't',
          group: 'g',
          maxBatch: 8,
          retry: [20, 50],
          flow: { maxPending: MAX_PENDING, maxPendingBytes: 1000, maxTurn: 4, parallel: 3 },
          handle: (batch) => this.#handle(batch, keys),
        },
        advance: (_, offset) => this.#commit(offset, epoch),
        bury: (message) => this.#bury(message),
        hungry: () => undefined,
      },
      { partition: 0, epoch, offset: this.committed, paused: false },
    );
    this.#owner = { flow };
  }

  async #takeAway(how: () => Promise<void>): Promise<void> {
    const stopped = how();
    for (let turn = 0; turn < 40; turn += 1) await this.clock.advance(20);
    await stopped;
    this.#owner = undefined;
  }

  /** Its handlers go on for a while, beside those of the next owner. */
  #lose(flow: PartitionFlow): void {
    flow.lose();
    this.#owner = undefined;
  }

  #feed(): void {
    const flow = this.#owner?.flow;
    const from = flow?.wants;
    if (!flow || from === undefined) return;
    const fetched = this.#messages.slice(Number(from), Number(from) + this.#random.int(0, FETCH));
    flow.take(fetched, from + BigInt(fetched.length));
    if (Number(from) + fetched.length - Number(this.committed) > MAX_PENDING + FETCH)
      this.faults.push(`fetched to ${from} while ${this.committed} is committed`);
  }

  #stumble(point: FaultPoint): void {
    if (point === 'events.deliver.before-commit' && this.#random.float() < 0.02) throw new Error('stumbled');
  }

  async #handle({ messages }: Batch, running: Set<string>): Promise<void> {
    const keys = [...new Set(messages.map(({ key }) => key))];
    for (const key of keys) {
      if (running.has(key)) this.faults.push(`${key} is in two turns`);
      running.add(key);
    }
    try {
      await this.clock.sleep(this.#random.int(0, 15));
      if (this.#random.float() < 0.05) throw unavailable('away');
      if (messages.length > 1 && this.#random.float() < 0.1) throw new Error('a moment of bad luck');
      for (const message of messages) await this.#apply(message);
    } finally {
      for (const key of keys) running.delete(key);
    }
  }

  async #apply({ key, offset }: Message): Promise<void> {
    if (this.#ended.has(offset)) return; // the inbox knows it
    if (this.#poison.has(offset)) throw new TypeError('poison');
    if (this.#random.float() < 0.02) await this.clock.sleep(5);
    if (this.#ended.has(offset)) return;
    this.#ended.add(offset);
    this.#effects.set(key, [...(this.#effects.get(key) ?? []), offset]);
  }

  async #bury(message: Message): Promise<void> {
    if (!this.#poison.has(message.offset)) this.faults.push(`${message.offset} was buried for nothing`);
    this.#ended.add(message.offset);
  }

  #commit(offset: bigint, epoch: bigint): void {
    if (epoch !== this.#epoch) this.faults.push('an owner of before has committed');
    for (let each = this.committed; each < offset; each += 1n)
      if (!this.#ended.has(each)) this.faults.push(`${offset} was committed before ${each} had ended`);
    if (offset > this.committed) this.committed = offset;
  }
}

describe('PartitionFlow', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'gives each message its effect once and in order, whatever happens (seed %i)',
    async (seed) => {
      const world = new World(seed);
      for (let step = 0; step < 4000 && !world.done; step += 1) await world.happen();
      await world.close();
      expect(world.faults).toEqual([]);
      expect(world.committed).toBe(BigInt(MESSAGES));
      expect(new Map([...world.effects].toSorted())).toEqual(new Map([...world.expected()].toSorted()));
    },
  );
});
