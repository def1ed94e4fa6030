import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { type Logger } from '@storey/observability';
import { type FastifyInstance } from 'fastify';

const BUILT_SITE = fileURLToPath(new URL('../../../web/dist', import.meta.url));
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Serves the built site at `/`. Its assets carry a hash in their name; its pages are looked at anew each time. */
export async function serveSite(fastify: FastifyInstance, logger: Logger): Promise<void> {
  if (!existsSync(BUILT_SITE)) {
    logger.warn('the site is not built, so / is empty; "npm start" builds it');
    return;
  }
  await fastify.register(fastifyStatic, {
    root: BUILT_SITE,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? IMMUTABLE : 'no-cache');
    },
  });
}
