import { type LiveEvent } from './arrivals.js';
import { subjectPath } from './calls.js';
import { type Comment, type SubjectRef } from './comment.js';

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;
/** A hidden tab gives its connection back: a browser has six for a host, all tabs together. */
const HIDDEN_MS = 30_000;

export interface LiveListener {
  readonly event: (event: LiveEvent) => void;
  /** Something may have been missed. */
  readonly gap: () => void;
}

/** The subject's stream, kept open while anybody looks at it. */
export class Live {
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  readonly #closing = new AbortController();

  constructor(
    private readonly subject: SubjectRef,
    private readonly listener: LiveListener,
  ) {
    document.addEventListener('visibilitychange', () => this.#look(), { signal: this.#closing.signal });
    this.#open();
  }

  close(): void {
    this.#closing.abort();
    this.#drop();
  }

  #open(): void {
    const source = new EventSource(`${subjectPath(this.subject)}/stream`);
    this.#source = source;
    source.onopen = () => {
      this.#pauseMs = FIRST_PAUSE_MS;
    };
    source.onerror = () => this.#broken(source);
    source.addEventListener('reset', () => this.listener.gap());
    for (const name of ['created', 'updated'] as const)
      this.#on(source, name, (data) => ({ name, ...(data as { comment: Comment }) }));
    this.#on(source, 'deleted', (data) => ({ name: 'deleted', ...(data as { id: string }) }));
    this.#on(source, 'reacted', (data) => ({
      name: 'reacted',
      ...(data as { id: string; likes: number; dislikes: number }),
    }));
  }

  #on(source: EventSource, name: LiveEvent['name'], read: (data: unknown) => LiveEvent): void {
    source.addEventListener(`comment.${name}`, ({ data }: MessageEvent<string>) =>
      this.listener.event(read(JSON.parse(data))),
    );
  }

  /** A cut connection the browser mends by itself; a refused one it gives up. */
  #broken(source: EventSource): void {
    if (source.readyState !== EventSource.CLOSED) return;
    this.#timer = setTimeout(() => this.#reopen(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#drop(), HIDDEN_MS);
    else if (this.#source === null || this.#source.readyState === EventSource.CLOSED) this.#reopen();
  }

  #reopen(): void {
    this.#drop();
    this.#open();
    this.listener.gap();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}
