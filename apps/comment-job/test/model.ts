import { CommentState, Reaction } from './commands.js';

interface Modelled {
  readonly id: bigint;
  readonly root: bigint;
  readonly parent: bigint;
  readonly floor: bigint;
  state: number;
  text: string;
  readonly reactions: Map<bigint, { readonly value: number; readonly by: bigint }>;
}

/** What one subject should be: the list of its comments, from which everything counted is derived anew. */
export class Model {
  readonly #all = new Map<bigint, Modelled>();
  readonly #applied = new Set<bigint>();

  /** Whether a command is the first of its id. */
  first(id: bigint): boolean {
    return !this.#applied.has(id) && this.#applied.add(id) !== undefined;
  }

  publish(id: bigint, parentId: bigint, text: string): void {
    const parent = this.#all.get(parentId);
    const refused =
      parentId !== 0n && (!parent || parent.state === CommentState.DELETED || parent.floor === 0n);
    const root = parent ? parent.root || parent.id : parentId;
    const before = [...this.#all.values()].filter((other) => other.floor > 0n && other.root === root);
    const floor = refused ? 0n : BigInt(before.length + 1);
    const state = refused ? CommentState.REJECTED : CommentState.VISIBLE;
    this.#all.set(id, { id, root, parent: parentId, floor, state, text, reactions: new Map() });
  }

  edit(id: bigint, text: string): void {
    const edited = this.#all.get(id);
    if (edited?.state === CommentState.VISIBLE) edited.text = text;
  }

  remove(id: bigint): void {
    const removed = this.#all.get(id);
    if (removed) removed.state = CommentState.DELETED;
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

  counts(): readonly bigint[] {
    const visible = [...this.#all.values()].filter(({ state }) => state === CommentState.VISIBLE);
    return [visible.filter(({ root }) => root === 0n), visible].map(({ length }) => BigInt(length));
  }

  #view({ id, floor, state, root, text, reactions }: Modelled) {
    const below = [...this.#all.values()].filter((other) => (root === 0n ? other.root : other.parent) === id);
    const replies = below.filter((other) => other.state === CommentState.VISIBLE).length;
    const shown = state === CommentState.VISIBLE || (state === CommentState.DELETED && replies > 0);
    const of = (value: number): bigint =>
      BigInt([...reactions.values()].filter((reaction) => reaction.value === value).length);
    const votes = { likes: of(Reaction.LIKE), dislikes: of(Reaction.DISLIKE) };
    return { id, floor, state, shown, text, replies: BigInt(replies), ...votes };
  }
}
