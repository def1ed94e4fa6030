import { type Entry } from './window.js';

/** Messages that one lane gives before the next one's go, again and again until the turn is full. */
const AT_A_GO = 16;

/** What a turn may hold. */
export interface TurnLimits {
  readonly messages: number;
  /** At least one message, whatever its size. */
  readonly bytes: number;
  /** Messages of one lane beside others; one that is alone may fill the turn. */
  readonly perLane: number;
}

interface Lane {
  readonly key: string;
  waiting: Entry[];
  /** What lies before was given to turns. */
  head: number;
  busy: boolean;
}

/**
 * Queues in order, one for each key, that take turns: a lane that has been in a turn goes behind all that wait, and none is
 * in two turns at a time. So a lane waits for one turn of each other, not for their messages.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes with messages that are in no turn, the next one first. */
  readonly #ready = new Set<Lane>();
  #waiting = 0;

  /** Messages that are in no turn yet. */
  get waiting(): number {
    return this.#waiting;
  }

  add(key: string, entry: Entry): void {
    const lane = this.#lanes.get(key) ?? { key, waiting: [], head: 0, busy: false };
    this.#lanes.set(key, lane);
    lane.waiting.push(entry);
    this.#waiting += 1;
    if (!lane.busy) this.#ready.add(lane);
  }

  /** The next turn, empty when nobody is ready. Its lanes are busy until `release`. */
  take(limits: TurnLimits): ReadonlyMap<string, readonly Entry[]> {
    const turn = new Turn(limits);
    for (const lane of this.#ready) if (!turn.give(lane)) break;
    turn.alone = turn.lanes.size === 1;
    for (let more = true; more && !turn.full;) {
      more = false;
      for (const lane of turn.lanes) more = turn.give(lane) || more;
    }
    for (const lane of turn.lanes) {
      lane.busy = true;
      this.#ready.delete(lane);
      if (lane.head * 2 >= lane.waiting.length) {
        lane.waiting = lane.waiting.slice(lane.head);
        lane.head = 0;
      }
    }
    this.#waiting -= turn.messages;
    return turn.taken;
  }

  /** The turn of a lane is over. */
  release(key: string): void {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    lane.busy = false;
    if (lane.head < lane.waiting.length) this.#ready.add(lane);
    else this.#lanes.delete(key);
  }
}

class Turn {
  readonly taken = new Map<string, Entry[]>();
  readonly lanes = new Set<Lane>();
  readonly #limits: TurnLimits;
  messages = 0;
  #bytes = 0;
  full = false;
  /** Whether there is one lane only. */
  alone = false;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** @returns whether the lane gave something. */
  give(lane: Lane): boolean {
    const mine = this.taken.get(lane.key) ?? [];
    const before = mine.length;
    const most = Math.min(before + AT_A_GO, this.alone ? Infinity : this.#limits.perLane);
    while (!this.full && mine.length < most) {
      const entry = lane.waiting[lane.head];
      if (!entry || !this.#fits(entry)) break;
      mine.push(entry);
      lane.head += 1;
    }
    if (mine.length === before) return false;
    this.taken.set(lane.key, mine);
    this.lanes.add(lane);
    return true;
  }

  #fits({ bytes }: Entry): boolean {
    const { messages, bytes: most } = this.#limits;
    this.full = this.messages === messages || (this.messages > 0 && this.#bytes + bytes > most);
    if (this.full) return false;
    this.messages += 1;
    this.#bytes += bytes;
    return true;
  }
}
