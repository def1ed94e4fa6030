import { hash } from 'node:crypto';
import { type FastifyInstance } from 'fastify';

/**
 * Gives every answer a `cache-control`, every 200 to a GET an ETag of its bytes unless its route gave one, and answers a matching
 * `If-None-Match` with 304. Answers may differ per user, so nothing is for shared caches unless a route says so.
 */
export function useValidators(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const isGet = request.method === 'GET' || request.method === 'HEAD';
    if (!reply.hasHeader('cache-control'))
      reply.header('cache-control', isGet ? 'private, no-cache' : 'no-store');
    if (!isGet || reply.statusCode !== 200 || typeof payload !== 'string') return done(null, payload);
    const given = reply.getHeader('etag');
    const etag = typeof given === 'string' ? given : etagOf(payload);
    reply.header('etag', etag).header('vary', withAuthorization(reply.raw.getHeader('vary')));
    if (!etagMatches(request.headers['if-none-match'], etag)) return done(null, payload);
    reply.code(304).removeHeader('content-type');
    return done(null, '');
  });
}

/** For a route whose bytes change though what it says does not: the ETag of what it says. */
export const etagOf = (content: string | Uint8Array): string =>
  `"${hash('sha256', content, 'base64url').slice(0, 22)}"`;

/** The edge may have said already that the answer depends on the origin. */
const withAuthorization = (vary: unknown): string =>
  vary ? `${String(vary)}, authorization` : 'authorization';

/** Whether `If-None-Match` names it, weakly compared as RFC 9110 wants. */
export function etagMatches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header === '*' || header.split(',').some((candidate) => strong(candidate.trim()) === strong(etag));
}

const strong = (etag: string): string => etag.replace(/^W\//, '');
