import { etagMatches } from '@storey/service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Body, type Encoding } from './page.js';

export interface PageAnswer extends Body {
  readonly compressed?: { readonly encoding: Encoding; readonly bytes: Buffer };
}

/**
 * Writes a page as it is, past what other answers go through: nothing is left to be made of it. As other answers it may
 * be kept by this client alone, is asked for again each time, and is 304 to who has it.
 */
export function answerPage(request: FastifyRequest, reply: FastifyReply, answer: PageAnswer): void {
  const { text, etag, compressed } = answer;
  const { raw } = reply;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: varying(raw.getHeader('vary')) };
  reply.hijack();
  if (etagMatches(request.headers['if-none-match'], etag)) {
    raw.writeHead(304, headers).end();
    return;
  }
  raw.writeHead(200, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': (compressed?.bytes ?? text).length,
    ...(compressed && { 'content-encoding': compressed.encoding }),
  });
  if (request.method === 'HEAD') raw.end();
  else if (compressed) raw.end(compressed.bytes);
  else raw.end(text, 'latin1');
}

const VARY = 'authorization, accept-encoding';

/** The edge may have said already that the answer depends on the origin. */
const varying = (vary: number | string | string[] | undefined): string =>
  vary ? `${String(vary)}, ${VARY}` : VARY;
