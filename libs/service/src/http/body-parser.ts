import { type FastifyInstance } from 'fastify';
import { unsupportedMedia } from './problem.filter.js';
import { parseStrictJson } from './strict-json.js';

const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/i;
/** `text/plain` is what programs say of a text when nobody told them. */
const FILE_TYPE = /^(?:application\/(?:xml|jsonl|x-ndjson|octet-stream)|text\/(?:xml|plain))(?:;.*)?$/i;

export interface BodyRules {
  /** Routes whose body is a file: handed on as a stream, whatever its size. */
  readonly streamed?: readonly string[] | undefined;
  /** Routes whose body is a form: handed on as an object of strings; of a name that comes twice the last counts. */
  readonly forms?: readonly string[] | undefined;
}

/** Bodies are JSON in UTF-8, uncompressed, strict, but on the routes of `rules`; anything else is 415 before it is read. */
export function useStrictBodies(
  fastify: FastifyInstance,
  { streamed = [], forms = [] }: BodyRules = {},
): void {
  fastify.removeAllContentTypeParsers();
  const typeOf = (url = ''): RegExp => {
    if (streamed.includes(url)) return FILE_TYPE;
    return forms.includes(url) ? FORM_TYPE : JSON_TYPE;
  };
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
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
    const type = typeOf(request.routeOptions.url);
    const { headers } = request.raw;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const encoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
    const refused = hasBody && (encoded || !type.test(headers['content-type'] ?? ''));
    done(refused ? unsupportedMedia() : undefined);
  });
}
