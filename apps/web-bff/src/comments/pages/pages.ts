import { Inject, Injectable } from '@nestjs/common';
import { type LocalChange } from '@storey/cache';
import {
  Clock,
  Deadline,
  currentContext,
  newTraceId,
  raceAbort,
  runDetached,
  runInContext,
} from '@storey/context';
import { PageCopies } from './page-copies.js';
import { PageLoader, type LoadedPage } from './page-loader.js';
import { type PageRequest } from './page-request.js';

/** Of a load that many may wait for; the shorter patience of one of them ends his wait alone. */
const LOAD_TIMEOUT_MS = 450;

/** Since the start, in reads but for `failed`. */
export interface PageCounts {
  fresh: number;
  stale: number;
  loaded: number;
  /** Waited for the load of somebody else. */
  shared: number;
  /** Loads that nobody waited for and that failed: the next reader tries again. */
  failed: number;
}

interface Flight {
  /** `type/oid`; of replies it need not be known. */
  readonly subject: string | undefined;
  readonly landing: Promise<LoadedPage>;
}

/**
 * Pages as they are for everybody, made for nobody in particular: what is loaded here is loaded by an anonymous caller
 * of its own, whoever asks. Equal requests at the same time are one load, and what is read often is kept.
 */
@Injectable()
export class Pages {
  readonly counts: PageCounts = { fresh: 0, stale: 0, loaded: 0, shared: 0, failed: 0 };
  readonly #copies: PageCopies;
  readonly #flights = new Map<string, Flight>();

  constructor(
    private readonly loader: PageLoader,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#copies = new PageCopies(clock);
  }

  /** Held at this time. */
  get bytes(): number {
    return this.#copies.bytes;
  }

  /** What is here, at once. Counts as a read. */
  peek(request: PageRequest): LoadedPage | undefined {
    const kept = this.#copies.read(request);
    if (!kept) return undefined;
    this.counts[kept.fresh ? 'fresh' : 'stale'] += 1;
    if (kept.due) this.#refresh(request);
    return kept.loaded;
  }

  /** Waits as long as the caller may. @throws AppError as comment-service does, or the caller's `deadline_exceeded`. */
  async load(request: PageRequest): Promise<LoadedPage> {
    const { landing } = this.#join(request);
    const { deadline, signal } = currentContext();
    if (deadline) return deadline.run(() => landing, signal);
    return signal ? raceAbort(landing, signal) : landing;
  }

  /**
   * Who asks from now on is not given what is being loaded at this time; pages that are kept are made anew, and shown as they
   * are meanwhile. @param subject `type/oid`
   */
  changed(subject: string, change: LocalChange): void {
    const due = this.#copies.changed(subject, change);
    for (const [key, flight] of this.#flights) {
      if (flight.subject === undefined || flight.subject === subject) this.#flights.delete(key);
    }
    for (const request of due) this.#refresh(request);
  }

  #refresh(request: PageRequest): void {
    if (this.#flights.has(request.name)) return;
    this.#fly(request).landing.catch(() => (this.counts.failed += 1));
  }

  #join(request: PageRequest): Flight {
    const flying = this.#flights.get(request.name);
    this.counts[flying ? 'shared' : 'loaded'] += 1;
    return flying ?? this.#fly(request);
  }

  #fly(request: PageRequest): Flight {
    const { name } = request;
    const flight = { subject: subjectOf(request), landing: runDetached(() => this.#load(request)) };
    this.#flights.set(name, flight);
    const land = (): void => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    flight.landing.then(land, land);
    return flight;
  }

  async #load(request: PageRequest): Promise<LoadedPage> {
    const deadline = Deadline.in(LOAD_TIMEOUT_MS, this.clock);
    const reservation = this.#copies.reserve(request);
    const context = { traceId: newTraceId(), priority: 'sheddable_plus', deadline } as const;
    const loaded = await runInContext(context, () => this.loader.load(request));
    reservation.keep(loaded);
    return loaded;
  }
}

/** Of replies it need not be known yet. */
const subjectOf = (request: PageRequest): string | undefined =>
  request.kind === 'roots' ? `${request.subject.type}/${request.subject.oid}` : undefined;
