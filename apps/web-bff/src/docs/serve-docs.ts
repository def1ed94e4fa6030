import { type INestApplication } from '@nestjs/common';
import { type FastifyInstance } from 'fastify';
import { apiDocument } from './api-document.js';
import { docsPage } from './docs-page.js';

interface Docs {
  readonly json: string;
  readonly page: string;
}

/** `GET /openapi.json` and `GET /docs`, made when first asked for. */
export function serveDocs(fastify: FastifyInstance, app: INestApplication): void {
  let made: Promise<Docs> | undefined;
  const docs = (): Promise<Docs> => (made ??= make(app));
  fastify.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((await docs()).json),
  );
  fastify.get('/docs', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send((await docs()).page),
  );
}

async function make(app: INestApplication): Promise<Docs> {
  const document = await apiDocument(app);
  return { json: JSON.stringify(document), page: docsPage(document) };
}
