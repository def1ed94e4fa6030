import { type FastifyInstance } from 'fastify';
import { unsupportedMedia } from './problem.filter.js';
import { parseStrictJson } from './strict-json.js';

const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

/** Bodies are JSON in UTF-8, uncompressed, strict; anything else is 415 before it is read. */
export function useStrictBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const encoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
    const refused = hasBody && (encoded || !JSON_TYPE.test(headers['content-type'] ?? ''));
    done(refused ? unsupportedMedia() : undefined);
  });
}
