import { type IncomingMessage, type ServerResponse } from 'node:http';

/** Cross-origin calls, from origins on an exact list only. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(list: string) {
    this.#origins = new Set(
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    );
  }

  /** @returns true when this was a preflight, which is answered now. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    if (this.#origins.size > 0) response.setHeader('vary', 'origin');
    const allowed = origin !== undefined && this.#origins.has(origin);
    if (allowed) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader(
        'access-control-expose-headers',
        'x-trace-id, retry-after, etag, idempotent-replayed',
      );
    }
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (isPreflight) this.#answerPreflight(response, allowed);
    return isPreflight;
  }

  #answerPreflight(response: ServerResponse, allowed: boolean): void {
    if (allowed) {
      response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
      response.setHeader(
        'access-control-allow-headers',
        'authorization, content-type, idempotency-key, if-none-match, last-event-id, traceparent, x-client-date, x-request-timeout-ms',
      );
      response.setHeader('access-control-max-age', '600');
    }
    response.setHeader('cache-control', 'no-store');
    response.writeHead(204).end();
  }
}
