import { type Json } from './client.js';

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Json;
}

/** A reader of server-sent events, as the standard has them. */
export class EventStream {
  readonly #events: StreamEvent[] = [];
  readonly #waiting: ((event: StreamEvent) => void)[] = [];
  readonly #ready = Promise.withResolvers<void>();
  readonly #abort = new AbortController();

  async open(url: string, lastEventId?: string): Promise<this> {
    const headers = {
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    const response = await fetch(url, { headers, signal: this.#abort.signal });
    if (!response.ok || !response.body)
      throw new Error(`no stream: ${response.status} ${await response.text()}`);
    void this.#read(response.body).catch(() => undefined);
    return this;
  }

  /** Resolves at the `: ready` comment. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** The next event; rejects when none comes within five seconds. */
  next(): Promise<StreamEvent> {
    const event = this.#events.shift();
    if (event) return Promise.resolve(event);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no event within 5 s')), 5000);
      this.#waiting.push((arrived) => (clearTimeout(late), resolve(arrived)));
    });
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let buffer = '';
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      buffer += text;
      const blocks = buffer.split('\n\n');
      buffer = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    if (block.includes(': ready')) this.#ready.resolve();
    const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    const event = field('event');
    if (event === undefined) return;
    const arrived = { id: field('id') ?? '', event, data: JSON.parse(field('data') ?? 'null') as Json };
    const waiting = this.#waiting.shift();
    if (waiting) waiting(arrived);
    else this.#events.push(arrived);
  }
}

export const openStream = (url: string, lastEventId?: string): Promise<EventStream> =>
  new EventStream().open(url, lastEventId);
