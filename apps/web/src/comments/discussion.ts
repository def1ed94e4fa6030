import { asProblem, type Problem } from '../api/problem.js';
import { session } from '../api/signed-in.js';
import { Store } from '../store.js';
import { accepted, arrived, removed, welcomed, type LiveEvent } from './arrivals.js';
import { deleteComment, editComment, findComment, listComments, listReplies, react } from './calls.js';
import { isOnItsWay, viewerOf, type Comment, type Reaction, type Sort, type SubjectRef } from './comment.js';
import {
  afterGap,
  asThread,
  change,
  emptyListing,
  find,
  firstPage,
  mapThreads,
  nextPage,
  renewedBy,
  threads,
  type Listing,
} from './listing.js';
import { Live } from './live.js';
import { reacted } from './reacting.js';

/** When to ask what became of an own comment whose event did not come, e.g. since it is in review. */
const FOLLOW_UP_MS = [2000, 5000, 15_000, 60_000];

export interface DiscussionState extends Listing {
  readonly busy: boolean;
  readonly problem: Problem | null;
}

/** The comments of a subject as one viewer sees them: loaded, paged, kept up to date, and changed. */
export class Discussion extends Store<DiscussionState> {
  #loading = new AbortController();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #live: Live;

  constructor(readonly subject: SubjectRef) {
    super({ ...emptyListing('hot'), busy: false, problem: null });
    this.#live = new Live(subject, {
      event: (event) => this.#arrived(event),
      gap: () => void this.#catchUp(),
    });
  }

  close(): void {
    this.#live.close();
    this.#loading.abort();
    this.#timers.forEach((timer) => clearTimeout(timer));
  }

  async load(sort: Sort): Promise<void> {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { linked } = this.value;
    this.#show({ ...emptyListing(sort), linked });
    await this.#page(async (signal) => {
      const page = await listComments(this.subject, sort, null, signal);
      this.#show({ ...firstPage(sort, page), linked: this.value.linked });
    });
  }

  /** Brings up the comment a link leads to. */
  async link(id: string): Promise<void> {
    await this.#attempt(async () => {
      const { comment, root } = await findComment(id);
      const thread = root === null ? asThread(comment) : { ...asThread(root), replies: [comment] };
      this.#show({ ...this.value, linked: [thread] });
    });
  }

  async more(): Promise<void> {
    const { busy, nextCursor, sort } = this.value;
    if (busy || nextCursor === null) return;
    await this.#page(async (signal) => {
      this.#show(nextPage(this.value, await listComments(this.subject, sort, nextCursor, signal)));
    });
  }

  async moreReplies(rootId: string): Promise<void> {
    const root = threads(this.value).find(({ id }) => id === rootId);
    if (root === undefined) return;
    await this.#page(async () => {
      const cursor = root.repliesCursor ?? null;
      const page = await listReplies(rootId, cursor);
      const before = cursor === null ? [] : root.replies;
      const known = new Set([...before, ...page.comments].map(({ id }) => id));
      const own = root.replies.filter(({ id, state }) => state !== 'visible' && !known.has(id));
      const replies = [...unique([...before, ...page.comments]), ...own];
      this.#show(
        mapThreads(this.value, (thread) =>
          thread.id === rootId ? { ...thread, replies, repliesCursor: page.nextCursor } : thread,
        ),
      );
    });
  }

  welcome(): void {
    this.#show(welcomed(this.value));
  }

  posted(comment: Comment): void {
    this.#show(accepted(this.value, comment));
    this.#followUp(comment.id, 0);
  }

  async edit(id: string, text: string): Promise<void> {
    const { comment } = await editComment(id, text);
    this.#show(change(this.value, id, renewedBy(comment)));
  }

  async remove(id: string): Promise<void> {
    await this.#attempt(async () => {
      await deleteComment(id);
      this.#show(removed(this.value, id));
    });
  }

  /** Shown at once, taken back when it is refused. */
  async react(id: string, to: Reaction): Promise<void> {
    const before = find(this.value, id);
    if (before === undefined) return;
    const viewer = viewerOf(before, session.value?.user.id ?? null);
    this.#show(change(this.value, id, (comment) => reacted(comment, viewer, to)));
    const done = await this.#attempt(() => react(id, to));
    if (done) return;
    this.#show(
      change(this.value, id, (comment) => reacted(comment, viewerOf(comment, null), viewer.reaction)),
    );
  }

  #arrived(event: LiveEvent): void {
    // Before the first page is there, it would be counted twice.
    if (this.value.subject !== null) this.#show(arrived(this.value, event));
  }

  async #catchUp(): Promise<void> {
    if (this.value.subject === null) return;
    await this.#page(async (signal) => {
      this.#show(afterGap(this.value, await listComments(this.subject, this.value.sort, null, signal)));
    });
  }

  #followUp(id: string, attempt: number): void {
    const delay = FOLLOW_UP_MS[attempt];
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#ask(id, attempt);
    }, delay);
    this.#timers.add(timer);
  }

  async #ask(id: string, attempt: number): Promise<void> {
    const shown = find(this.value, id);
    if (shown === undefined || !isOnItsWay(shown)) return;
    try {
      const { comment } = await findComment(id);
      if (comment.state === 'visible') this.#arrived({ name: 'created', comment });
      else this.#show(change(this.value, id, renewedBy(comment)));
    } catch (error) {
      asProblem(error);
    }
    this.#followUp(id, attempt + 1);
  }

  async #page(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#loading;
    this.set({ ...this.value, busy: true, problem: null });
    try {
      await this.#attempt(() => work(signal));
    } finally {
      if (!signal.aborted) this.set({ ...this.value, busy: false });
    }
  }

  /** @returns whether it succeeded; a problem is shown. */
  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    const { signal } = this.#loading;
    try {
      await work();
      return true;
    } catch (error) {
      if (!signal.aborted) this.set({ ...this.value, problem: asProblem(error) });
      return false;
    }
  }

  #show(listing: Listing): void {
    this.set({ ...this.value, ...listing });
  }
}

function unique(comments: readonly Comment[]): readonly Comment[] {
  return [...new Map(comments.map((comment) => [comment.id, comment])).values()];
}
