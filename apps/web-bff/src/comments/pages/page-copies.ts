import { LocalCopies, type LocalChange } from '@storey/cache';
import { type Clock } from '@storey/context';
import { type LoadedPage } from './page-loader.js';
import { type PageRequest } from './page-request.js';

/** For so long a page is answered without asking. Together with `STALE_MS` and what it is made of, below 1 s. */
const FRESH_MS = 500;
/** So much longer the old page is answered while a new one is made. */
const STALE_MS = 250;
/** However often a page changes, it is not made anew more often than this. */
const APART_MS = 100;
/** A page that says it lacks something is asked for again soon. */
const DEGRADED_MS = 200;
const MAX_BYTES = 32 * 1024 * 1024;
/** Beyond it, of which subject a root is must be learnt again. */
const MAX_ROOTS = 10_000;

interface Copy {
  readonly loaded: LoadedPage;
  readonly request: PageRequest;
  /** When its load began, monotonic ms. */
  readonly at: number;
  /** When it was made anew last, or was to be. */
  renewedAt: number;
}

export interface KeptPage {
  readonly loaded: LoadedPage;
  /** False: to be answered while a new one is made. */
  readonly fresh: boolean;
  readonly due: boolean;
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

  /** Counts as a read. `due`: a new one is to be made meanwhile, and who is told so makes it. */
  read(request: PageRequest): KeptPage | undefined {
    const id = this.#idOf(request);
    if (id === undefined) return undefined;
    const { value, fresh = false } = this.#copies.read(id) ?? {};
    if (!value) return undefined;
    const { loaded, at } = value;
    if (loaded.page.degraded.length > 0 && this.#clock.monotonic() - at >= DEGRADED_MS) return undefined;
    return { loaded, fresh, due: !fresh && this.#isDue(value) };
  }

  /** To be called before what is loaded is looked up. */
  reserve(request: PageRequest): Reservation {
    const id = this.#idOf(request);
    const at = this.#clock.monotonic();
    const ticket = id === undefined ? undefined : this.#copies.ticket();
    return {
      keep: (loaded) => {
        const copy = { loaded, request, at, renewedAt: at };
        if (id !== undefined && ticket !== undefined) this.#copies.keep(id, copy, ticket);
        else if (request.kind === 'replies') this.#learn(request.rootId, subjectKey(loaded.subject));
      },
    };
  }

  /** @returns those to be made anew now; of a page that changes all the time the next reader is told when it is due. */
  changed(subject: string, change: LocalChange): readonly PageRequest[] {
    const touched = this.#copies.changed(subject, change).flatMap((id) => this.#copies.peek(id)?.value ?? []);
    return touched.filter((copy) => this.#isDue(copy)).map(({ request }) => request);
  }

  #isDue(copy: Copy): boolean {
    const now = this.#clock.monotonic();
    if (now - copy.renewedAt < APART_MS) return false;
    copy.renewedAt = now;
    return true;
  }

  /** `undefined` while it is not known of which subject the root is. */
  #idOf(request: PageRequest): string | undefined {
    if (request.kind === 'roots') return request.name;
    const subject = this.#subjects.get(request.rootId);
    return subject === undefined ? undefined : `${subject}${request.name}`;
  }

  #learn(rootId: bigint, subject: string): void {
    const [oldest] = this.#subjects.keys();
    if (this.#subjects.size >= MAX_ROOTS && oldest !== undefined) this.#subjects.delete(oldest);
    this.#subjects.set(rootId, subject);
  }
}

const subjectKey = ({ type, oid }: LoadedPage['subject']): string => `${type}/${oid}`;
