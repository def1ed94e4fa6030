import { type FastifyInstance } from 'fastify';

/**
 * Answers that come before the body has been read reach whoever sends it. Fastify would close the connection, and a
 * connection that is closed with bytes unread is reset: the answer is lost with it. So the rest is thrown away instead,
 * for as long as the server lets a request take.
 */
export function useWholeAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (_request, reply) => {
    reply.removeHeader('connection');
  });
  fastify.addHook('onResponse', async (request) => {
    request.raw.resume();
  });
}
