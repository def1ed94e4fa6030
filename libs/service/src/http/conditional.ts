import { createHash } from 'node:crypto';
import { type FastifyInstance } from 'fastify';

/**
 * Gives every answer a `cache-control`, every 200 to a GET an ETag of its bytes, and answers a matching
 * `If-None-Match` with 304. Answers may differ per user, so nothing is for shared caches unless a route says so.
 */
export function useValidators(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const isGet = request.method === 'GET' || request.method === 'HEAD';
    if (!reply.hasHeader('cache-control'))
      reply.header('cache-control', isGet ? 'private, no-cache' : 'no-store');
    if (!isGet || reply.statusCode !== 200 || typeof payload !== 'string' || reply.hasHeader('etag'))
      return done(null, payload);
    const etag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag).header('vary', withAuthorization(reply.raw.getHeader('vary')));
    if (!matches(request.headers['if-none-match'], etag)) return done(null, payload);
    reply.code(304).removeHeader('content-type');
    return done(null, '');
  });
}

/** The edge may have said already that the answer depends on the origin. */
const withAuthorization = (vary: unknown): string =>
  vary ? `${String(vary)}, authorization` : 'authorization';

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return (
    header === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)
  );
}
