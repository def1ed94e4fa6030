import { type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * The way from the gateway to a BFF. The request's headers have been rewritten by the gateway; the body is still
 * on its socket. The upstream answers on `response` itself, streaming in both directions.
 */
export abstract class Upstream {
  /** @throws AppError `unavailable` when the BFF can't be reached and nothing was answered yet. */
  abstract forward(request: IncomingMessage, response: ServerResponse): Promise<void>;
  abstract ping(): Promise<void>;
  abstract close(): Promise<void>;
}
