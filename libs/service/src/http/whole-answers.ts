import { type FastifyInstance } from 'fastify';

/**
 * Answers that come before the body has been read reach whoever sends it. Fastify would close the connection, and a
 * connection that is closed with bytes unread is reset: the answer is lost with it. So the rest is thrown away instead,
 * for as long as the server lets a request take.
 */
export function useWholeAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    reply.removeHeader('connection');
    done(null, payload);
  });
  fastify.addHook('onResponse', ({ raw }, _reply, done) => {
    // A request without a body has nothing to throw away; to make it flow costs as much as to route it.
    if (!raw.complete || raw.readableLength > 0) raw.resume();
    done();
  });
}
