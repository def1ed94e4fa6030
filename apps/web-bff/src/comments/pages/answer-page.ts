import { type IncomingMessage, type ServerResponse } from 'node:http';
import { etagMatches } from '@storey/service';
import { type Body, type Encoding } from './page.js';

export interface PageAnswer extends Body {
  readonly compressed?: { readonly encoding: Encoding; readonly bytes: Buffer };
}

/**
 * Writes a page as it is, past what other answers go through: nothing is left to be made of it. As other answers it may
 * be kept by this client alone, is asked for again each time, and is 304 to who has it.
 */
export function answerPage(request: IncomingMessage, response: ServerResponse, answer: PageAnswer): void {
  const { text, etag, compressed } = answer;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: varying(response.getHeader('vary')) };
  if (etagMatches(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': (compressed?.bytes ?? text).length,
    ...(compressed && { 'content-encoding': compressed.encoding }),
  });
  if (request.method === 'HEAD') response.end();
  else if (compressed) response.end(compressed.bytes);
  else response.end(text, 'latin1');
}

const VARY = 'authorization, accept-encoding';

/** The edge may have said already that the answer depends on the origin. */
const varying = (vary: number | string | string[] | undefined): string =>
  vary ? `${String(vary)}, ${VARY}` : VARY;
