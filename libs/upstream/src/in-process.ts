import { type IncomingMessage, type ServerResponse } from 'node:http';
import { unavailable } from '@storey/errors';
import { Upstream } from './upstream.js';

/** What Fastify's `routing` is: a plain node:http request listener. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** The BFFs of this process by name, each present while it runs. */
export class UpstreamHub {
  readonly #listeners = new Map<string, RequestListener>();

  /** @returns takes the listener away again. */
  serve(name: string, listener: RequestListener): () => void {
    this.#listeners.set(name, listener);
    return () => void this.#listeners.delete(name);
  }

  find(name: string): RequestListener | undefined {
    return this.#listeners.get(name);
  }
}

/** Hands the raw request over to a BFF in this process: no socket, no copy. */
export class InProcessUpstream extends Upstream {
  constructor(
    private readonly hub: UpstreamHub,
    private readonly name: string,
  ) {
    super();
  }

  // Without async: it would be two promises more for each request.
  forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const listener = this.hub.find(this.name);
    if (!listener) return Promise.reject(unavailable('A part of the system is not there.'));
    if (response.closed) return Promise.resolve();
    return new Promise((resolve) => {
      response.on('close', resolve);
      listener(request, response);
    });
  }

  async ping(): Promise<void> {
    if (!this.hub.find(this.name)) throw unavailable(`${this.name} is not running`);
  }

  async close(): Promise<void> {}
}
