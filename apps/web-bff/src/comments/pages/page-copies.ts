import { LocalCopies, type LocalChange } from '@storey/cache';
import { type Clock } from '@storey/context';
import { type LoadedPage } from './page-loader.js';
import { pageKey, type PageRequest } from './page-request.js';

/** For so long a page is answered without asking. Together with `STALE_MS` and what it is made of, below 1 s. */
const FRESH_MS = 500;
/** So much longer the old page is answered while a new one is made. */
const STALE_MS = 250;
/** However often a page changes, it is not made anew more often than this. */
export const APART_MS = 100;
/** A page that says it lacks something is asked for again soon. */
const DEGRADED_MS = 200;
const MAX_BYTES = 32 * 1024 * 1024;
/** Beyond it, of which subject a root is must be learnt again. */
const MAX_ROOTS = 10_000;

interface Copy {
  readonly loaded: LoadedPage;
  /** Monotonic ms. */
  readonly at: number;
}

export interface KeptPage {
  readonly loaded: LoadedPage;
  /** False: to be answered while a new one is made. */
  readonly fresh: boolean;
  readonly ageMs: number;
}

/** Says when its load began, so that what was heard since is not overwritten. */
export interface Reservation {
  keep(loaded: LoadedPage): void;
}

/** The pages that this process keeps: those which are read often, as they are for everybody. */
export class PageCopies {
  readonly #clock: Clock;
  readonly #copies: LocalCopies<string, Copy>;
  /** Of roots, by id: a list of replies is asked for without its subject. */
  readonly #subjects = new Map<bigint, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#copies = new LocalCopies<string, Copy>(
      {
        maxBytes: MAX_BYTES,
        freshMs: FRESH_MS,
        staleMs: STALE_MS,
        promote: 'hot',
        groupOf: (id) => id.slice(0, id.indexOf('?')),
        versionOf: ({ loaded }) => loaded.version,
        sizeOf: (copy) => copy?.loaded.page.size ?? 0,
      },
      { clock },
    );
  }

  get bytes(): number {
    return this.#copies.bytes;
  }

  /** Counts as a read. */
  read(request: PageRequest): KeptPage | undefined {
    const id = this.#idOf(request);
    if (id === undefined) return undefined;
    const { value, fresh = false } = this.#copies.read(id) ?? {};
    if (!value) return undefined;
    const { loaded, at } = value;
    const ageMs = this.#clock.monotonic() - at;
    if (loaded.page.degraded.length > 0 && ageMs >= DEGRADED_MS) return undefined;
    return { loaded, fresh, ageMs };
  }

  /** To be called before what is loaded is looked up. */
  reserve(request: PageRequest): Reservation {
    const id = this.#idOf(request);
    const at = this.#clock.monotonic();
    const ticket = id === undefined ? undefined : this.#copies.ticket();
    return {
      keep: (loaded) => {
        if (id !== undefined && ticket !== undefined) this.#copies.keep(id, { loaded, at }, ticket);
        else if (request.kind === 'replies') this.#learn(request.rootId, subjectKey(loaded.subject));
      },
    };
  }

  /** A page that changes seldom is not shown again as it was; one that changes all the time is, for `APART_MS`. */
  changed(subject: string, change: LocalChange): void {
    const latest = this.#clock.monotonic() - APART_MS;
    const madeBefore = (id: string): boolean => (this.#copies.peek(id)?.value?.at ?? latest) <= latest;
    this.#copies.drop(this.#copies.changed(subject, change).filter(madeBefore));
  }

  /** `undefined` while it is not known of which subject the root is. */
  #idOf(request: PageRequest): string | undefined {
    const subject =
      request.kind === 'roots' ? subjectKey(request.subject) : this.#subjects.get(request.rootId);
    return subject === undefined ? undefined : `${subject}?${pageKey(request)}`;
  }

  #learn(rootId: bigint, subject: string): void {
    const [oldest] = this.#subjects.keys();
    if (this.#subjects.size >= MAX_ROOTS && oldest !== undefined) this.#subjects.delete(oldest);
    this.#subjects.set(rootId, subject);
  }
}

const subjectKey = ({ type, oid }: LoadedPage['subject']): string => `${type}/${oid}`;
