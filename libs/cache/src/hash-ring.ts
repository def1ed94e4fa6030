import { hashPair } from './bloom-hash.js';

export interface HashRingOptions {
  /**
   * The names of the nodes, as they were one after another since the oldest entry was written that may still live; the
   * last are those of now. 1 to 64 each. Every process must be given the same, in the same order.
   */
  readonly memberships: readonly (readonly string[])[];
  /** No node holds more than this many times the average; above 1. Default 1.25. */
  readonly balance?: number;
}

export interface RingPlace {
  readonly node: string;
  /**
   * Since which membership, counted from 0, the node has held this key without a break: to be a part of the key in the
   * store, so that what the node held before, and did not hear the changes of, never answers.
   */
  readonly epoch: number;
}

/** A key belongs to a slot for ever, and a slot to a node. */
const SLOTS = 4096;
const POINTS_PER_NODE = 128;
const MAX_NODES = 64;
/** Where each slot lies on the ring. */
const SLOT_POINTS = Uint32Array.from({ length: SLOTS }, (_, slot) => hashPair(`slot ${slot}`).low);

/**
 * Consistent hashing with virtual nodes and bounded loads (Mirrokni, Thorup and Zadimoghaddam 2016): a node takes the
 * slots that lie before its points on a ring until it is full, then they go on to the next. It is slots that are
 * bounded and not requests, so that every process finds the same node for a key without knowing of any load.
 */
export class HashRing {
  readonly nodes: readonly string[];
  /** Index of a node by slot. */
  readonly #owners: Uint8Array;
  /** Epoch by slot. */
  readonly #since: Uint32Array;

  /** @throws RangeError for memberships that are empty, too large or have a name twice, or a balance of 1 or less. */
  constructor({ memberships, balance = 1.25 }: HashRingOptions) {
    if (!(balance > 1)) throw new RangeError(`A balance is above 1, not ${balance}.`);
    const now = memberships.at(-1);
    if (!now) throw new RangeError('A ring has at least one membership.');
    this.nodes = [...now];
    this.#since = new Uint32Array(SLOTS);
    let before: readonly string[] | undefined;
    let owners: Uint8Array = new Uint8Array(SLOTS);
    for (const [epoch, nodes] of memberships.entries()) {
      const next = ownersAmong(nodes, balance);
      for (let slot = 0; slot < SLOTS; slot += 1) {
        const moved = before && before[owners[slot] ?? 0] !== nodes[next[slot] ?? 0];
        if (moved) this.#since[slot] = epoch;
      }
      [before, owners] = [nodes, next];
    }
    this.#owners = owners;
  }

  /** By its `{tag}`, as in a cluster of Redis: keys of one tag lie together. */
  placeOf(key: string): RingPlace {
    const slot = hashPair(tagOf(key)).low % SLOTS;
    return { node: this.nodes[this.#owners[slot] ?? 0] ?? '', epoch: this.#since[slot] ?? 0 };
  }

  /** How many of the slots each node holds, of 4,096. */
  get loads(): ReadonlyMap<string, number> {
    const counts = new Map(this.nodes.map((node) => [node, 0]));
    for (const owner of this.#owners) {
      const node = this.nodes[owner] ?? '';
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return counts;
  }
}

const tagOf = (key: string): string => /\{([^}]+)\}/.exec(key)?.[1] ?? key;

interface Point {
  readonly at: number;
  /** Index of the node. */
  readonly node: number;
}

function ownersAmong(nodes: readonly string[], balance: number): Uint8Array {
  if (nodes.length < 1 || nodes.length > MAX_NODES || new Set(nodes).size < nodes.length) {
    throw new RangeError(`A ring has 1 to ${MAX_NODES} nodes, each once: ${nodes.join(', ')}.`);
  }
  const points = pointsOf(nodes);
  const most = Math.ceil((balance * SLOTS) / nodes.length);
  const loads = new Uint32Array(nodes.length);
  const hasRoom = (node: number): boolean => (loads[node] ?? 0) < most;
  return Uint8Array.from(SLOT_POINTS, (at) => {
    const owner = firstWithRoom(points, at, hasRoom);
    loads[owner] = (loads[owner] ?? 0) + 1;
    return owner;
  });
}

function pointsOf(nodes: readonly string[]): readonly Point[] {
  const points = nodes.flatMap((name, node) =>
    Array.from({ length: POINTS_PER_NODE }, (_, n) => ({ at: hashPair(`${name} ${n}`).low, node })),
  );
  // Two points at one place: by name, as their order among the nodes may differ from one membership to the next.
  return points.sort((a, b) => a.at - b.at || ((nodes[a.node] ?? '') < (nodes[b.node] ?? '') ? -1 : 1));
}

function firstWithRoom(points: readonly Point[], from: number, hasRoom: (node: number) => boolean): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  for (let n = 0; n < points.length; n += 1) {
    const { node = 0 } = points[(low + n) % points.length] ?? {};
    if (hasRoom(node)) return node;
  }
  throw new RangeError('No node has room, which a balance above 1 rules out.');
}
