import { type CursorSealer } from '@storey/auth';
import { isAppError } from '@storey/errors';
import { contextOf } from '@storey/service';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { commentId, repliesQuery, rootsQuery, subjectRef } from '../params.js';
import { answerPage } from './answer-page.js';
import { type Page } from './page.js';
import { repliesRequest, rootsRequest, type PageRequest } from './page-request.js';
import { type Pages } from './pages.js';
import { preferredEncoding } from './preferred-encoding.js';
import { type ViewedPages } from './viewed-pages.js';

type Parse = (request: FastifyRequest, cursors: CursorSealer) => PageRequest | undefined;

const ROUTES: ReadonlyMap<string, Parse> = new Map([
  ['/web/v1/subjects/:type/:oid/comments', parseRoots],
  ['/web/v1/comments/:id/replies', parseReplies],
]);
/** Spellings of requests that were answered, of which it is known what they ask for. */
const MAX_KNOWN = 2000;

export interface HotPages {
  readonly pages: Pages;
  readonly viewed: ViewedPages;
  readonly cursors: CursorSealer;
}

/**
 * Answers from the pages that this process keeps, before Nest sees the request. Without a copy, or with a mistake in what
 * is asked, a request takes the usual way. To be called before the controllers are bound.
 */
export function serveHotPages(fastify: FastifyInstance, { pages, viewed, cursors }: HotPages): void {
  const known = new Map<string, PageRequest>();
  fastify.addHook('onRoute', (route) => {
    const parse = [route.method].flat().includes('GET') ? ROUTES.get(route.url) : undefined;
    if (!parse) return;
    // It runs behind the hooks of all routes: who asks is known then.
    route.onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
      const asked = known.get(request.url) ?? parse(request, cursors);
      const kept = asked && pages.peek(asked);
      if (!kept) return done();
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(request.url, asked);
      if (!contextOf(request).principal) return answerKept(request, reply, kept.page);
      viewed
        .join(kept, asked)
        .then((body) => answerPage(request, reply, body))
        .catch(done);
    };
  });
}

/** The same bytes for everybody, and no secret among them: they may be compressed. */
function answerKept(request: FastifyRequest, reply: FastifyReply, page: Page): void {
  const encoding = preferredEncoding(request.headers['accept-encoding']?.toString());
  const bytes = encoding && page.compressed(encoding);
  answerPage(request, reply, bytes ? { ...page.anonymous, compressed: { encoding, bytes } } : page.anonymous);
}

/** @returns undefined for what is no valid request: it is told what is wrong where it is looked at in full. */
function parseRoots({ params, query }: FastifyRequest, cursors: CursorSealer): PageRequest | undefined {
  const subject = subjectRef.safeParse(params).data;
  const asked = rootsQuery.safeParse(query).data;
  return subject && asked && orUndefined(() => rootsRequest(subject, asked, cursors));
}

function parseReplies({ params, query }: FastifyRequest, cursors: CursorSealer): PageRequest | undefined {
  const root = commentId.safeParse(params).data;
  const asked = repliesQuery.safeParse(query).data;
  return root && asked && orUndefined(() => repliesRequest(root, asked, cursors));
}

function orUndefined(make: () => PageRequest): PageRequest | undefined {
  try {
    return make();
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}
