import { type FastifyInstance } from 'fastify';
import { unsupportedMedia } from './problem.filter.js';
import { parseStrictJson } from './strict-json.js';

const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const FILE_TYPE = /^(?:application\/(?:xml|x-ndjson|octet-stream)|text\/xml)(?:;.*)?$/i;

/**
 * Bodies are JSON in UTF-8, uncompressed, strict; anything else is 415 before it is read.
 * @param streamed paths whose body is a file: handed on as a stream, whatever its size.
 */
export function useStrictBodies(fastify: FastifyInstance, streamed: readonly string[] = []): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(FILE_TYPE, (_request, payload, done) => done(null, payload));
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  fastify.addHook('onRoute', (route) => {
    if (streamed.includes(route.url)) route.bodyLimit = Number.MAX_SAFE_INTEGER;
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const type = streamed.includes(request.routeOptions.url ?? '') ? FILE_TYPE : JSON_TYPE;
    const { headers } = request.raw;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const encoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
    const refused = hasBody && (encoded || !type.test(headers['content-type'] ?? ''));
    done(refused ? unsupportedMedia() : undefined);
  });
}
