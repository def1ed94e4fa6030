import { CommentState, Decision, Reaction } from './commands.js';

const MAX_PINS = 3;

interface Modelled {
  readonly id: bigint;
  readonly root: bigint;
  readonly parent: bigint;
  readonly floor: bigint;
  state: number;
  text: string;
  editedBy: bigint;
  readonly reactions: Map<bigint, { readonly value: number; readonly by: bigint }>;
  readonly reporters: Set<bigint>;
  /** Reported since a moderator looked at it last. */
  isReported: boolean;
}

/** Where a decision leads, by the state that it is made in. What is not here has no effect. */
const DECISIONS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [Decision.APPROVE]: {
    [CommentState.IN_REVIEW]: CommentState.VISIBLE,
    [CommentState.HIDDEN]: CommentState.VISIBLE,
    [CommentState.VISIBLE]: CommentState.VISIBLE,
  },
  [Decision.RESTORE]: {
    [CommentState.IN_REVIEW]: CommentState.VISIBLE,
    [CommentState.HIDDEN]: CommentState.VISIBLE,
    [CommentState.VISIBLE]: CommentState.VISIBLE,
    [CommentState.DELETED]: CommentState.VISIBLE,
  },
  [Decision.HIDE]: {
    [CommentState.VISIBLE]: CommentState.HIDDEN,
    [CommentState.HIDDEN]: CommentState.HIDDEN,
  },
  [Decision.REJECT]: {
    [CommentState.IN_REVIEW]: CommentState.REJECTED,
    [CommentState.REJECTED]: CommentState.REJECTED,
  },
  [Decision.DELETE]: {
    [CommentState.VISIBLE]: CommentState.DELETED,
    [CommentState.HIDDEN]: CommentState.DELETED,
    [CommentState.IN_REVIEW]: CommentState.DELETED,
    [CommentState.REJECTED]: CommentState.DELETED,
    [CommentState.DELETED]: CommentState.DELETED,
  },
};
/** A command as it comes, with what it does. */
export interface Arrival {
  readonly id: bigint;
  /** The comment that it needs; 0 for none. */
  readonly target: bigint;
  readonly change: (model: Model) => void;
}

/** The id that stands for what was never there. */
export const NEVER = 64n;
const OVER: ReadonlySet<number> = new Set([CommentState.DELETED, CommentState.REJECTED]);

/** What one subject should be: the list of its comments, from which everything counted is derived anew. */
export class Model {
  readonly #all = new Map<bigint, Modelled>();
  readonly #applied = new Set<bigint>();
  readonly #waiting = new Map<bigint, Arrival[]>();
  #pins: readonly bigint[] = [];

  /** A command has its effect once, and not before the comment that it needs has come. */
  arrive(arrival: Arrival): void {
    const { id, target } = arrival;
    if (this.#applied.has(id)) return;
    this.#applied.add(id);
    if (target === 0n || target === NEVER || this.#all.has(target)) this.#take(arrival);
    else this.#waiting.set(target, [...(this.#waiting.get(target) ?? []), arrival]);
  }

  #take({ id, change }: Arrival): void {
    change(this);
    if (!this.#all.has(id)) return;
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const arrival of waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1))) this.#take(arrival);
  }

  publish(id: bigint, parentId: bigint, text: string, isHeld: boolean): void {
    const parent = this.#all.get(parentId);
    const refused = parentId !== 0n && (!parent || OVER.has(parent.state));
    const root = parent ? parent.root || parent.id : parentId;
    const before = [...this.#all.values()].filter((other) => other.floor > 0n && other.root === root);
    const floor = refused ? 0n : BigInt(before.length + 1);
    const begins = isHeld ? CommentState.IN_REVIEW : CommentState.VISIBLE;
    const state = refused ? CommentState.REJECTED : begins;
    const marks = { editedBy: 0n, reactions: new Map(), reporters: new Set<bigint>(), isReported: false };
    this.#all.set(id, { id, root, parent: parentId, floor, state, text, ...marks });
  }

  edit(id: bigint, text: string, by: bigint): void {
    const edited = this.#all.get(id);
    if (!edited || OVER.has(edited.state) || by < edited.editedBy) return;
    edited.text = text;
    edited.editedBy = by;
  }

  remove(id: bigint): void {
    const removed = this.#all.get(id);
    if (removed) this.#move(removed, CommentState.DELETED);
  }

  decide(id: bigint, decision: number): void {
    const judged = this.#all.get(id);
    const to = judged && DECISIONS[decision]?.[judged.state];
    if (!judged || to === undefined || (to === CommentState.VISIBLE && judged.floor === 0n)) return;
    judged.isReported = false;
    this.#move(judged, to);
  }

  pin(id: bigint, pinned: boolean): void {
    const others = this.#pins.filter((pin) => pin !== id);
    const target = this.#all.get(id);
    if (!pinned) this.#pins = others;
    else if (target?.state === CommentState.VISIBLE && target.root === 0n && others.length < MAX_PINS)
      this.#pins = [id, ...others];
  }

  report(id: bigint, userId: bigint): void {
    const on = this.#all.get(id);
    if (!on || on.reporters.has(userId)) return;
    on.reporters.add(userId);
    if (on.state === CommentState.VISIBLE) on.isReported = true;
  }

  react(id: bigint, userId: bigint, value: number, by: bigint): void {
    const on = this.#all.get(id);
    if (on?.state !== CommentState.VISIBLE) return;
    if ((on.reactions.get(userId)?.by ?? 0n) < by) on.reactions.set(userId, { value, by });
  }

  /** By id, as the repositories should answer. */
  comments(): ReadonlyMap<bigint, object> {
    return new Map([...this.#all.values()].map((one) => [one.id, this.#view(one)]));
  }

  /** Of what others see: the replies of a tombstone, but not those of a hidden root. */
  counts(): readonly bigint[] {
    const seen = [...this.#all.values()].filter(({ state, root }) => {
      const above = this.#all.get(root)?.state ?? CommentState.VISIBLE;
      const isOpen = above === CommentState.VISIBLE || above === CommentState.DELETED;
      return state === CommentState.VISIBLE && isOpen;
    });
    return [seen.filter(({ root }) => root === 0n), seen].map(({ length }) => BigInt(length));
  }

  get pins(): readonly bigint[] {
    return this.#pins;
  }

  get inReview(): ReadonlySet<bigint> {
    return this.#those(({ state }) => state === CommentState.IN_REVIEW);
  }

  get reported(): ReadonlySet<bigint> {
    return this.#those(({ isReported }) => isReported);
  }

  #those(are: (one: Modelled) => boolean): ReadonlySet<bigint> {
    return new Set([...this.#all.values()].filter(are).map(({ id }) => id));
  }

  #move(moved: Modelled, state: number): void {
    moved.state = state;
    if (state !== CommentState.VISIBLE) this.#pins = this.#pins.filter((pin) => pin !== moved.id);
    if (state === CommentState.DELETED) moved.isReported = false;
  }

  #view({ id, floor, state, root, text, reactions, reporters }: Modelled) {
    const below = [...this.#all.values()].filter((other) => (root === 0n ? other.root : other.parent) === id);
    const replies = below.filter((other) => other.state === CommentState.VISIBLE).length;
    const shown = state === CommentState.VISIBLE || (state === CommentState.DELETED && replies > 0);
    const of = (value: number): bigint =>
      BigInt([...reactions.values()].filter((reaction) => reaction.value === value).length);
    const votes = { likes: of(Reaction.LIKE), dislikes: of(Reaction.DISLIKE) };
    const marks = { pinned: this.#pins.includes(id), reports: BigInt(reporters.size) };
    return { id, floor, state, shown, text, replies: BigInt(replies), ...votes, ...marks };
  }
}
