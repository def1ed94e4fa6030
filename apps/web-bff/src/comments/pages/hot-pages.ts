import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { InternalTokens } from '@storey/auth';
import { Clock, runInContext } from '@storey/context';
import { INTERNAL_HEADERS, incomingContext, type Front } from '@storey/service';
import { answerPage } from './answer-page.js';
import { type LoadedPage } from './page-loader.js';
import { type Page } from './page.js';
import { type PageRequest } from './page-request.js';
import { Pages } from './pages.js';
import { preferredEncoding } from './preferred-encoding.js';
import { ViewedPages } from './viewed-pages.js';

/** Spellings of requests of which it is known what they ask for. */
const MAX_KNOWN = 2000;
/** Characters; nobody needs more for what these pages take, and what is longer is not remembered. */
const MAX_SPELLING = 512;

/**
 * Answers from the pages that this process keeps before the framework sees the request. What a URL asks for is learnt from
 * the controller, which has checked it: one that it did not answer from a page that is kept, and one with anything else to
 * be looked at, takes the usual way.
 */
@Injectable()
export class HotPages {
  readonly #known = new Map<string, PageRequest>();

  constructor(
    private readonly pages: Pages,
    private readonly viewed: ViewedPages,
    @Inject(InternalTokens) private readonly tokens: InternalTokens,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The page if it is kept; from then on `url` is known to ask for it. Counts as a read. */
  find(url: string, asked: PageRequest): LoadedPage | undefined {
    const kept = this.pages.peek(asked);
    if (!kept || url.length > MAX_SPELLING) return kept;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(url, asked);
    return kept;
  }

  readonly front: Front = (request, response, usual) => {
    const asked = isPlainRead(request) ? this.#known.get(request.url ?? '') : undefined;
    const token = asked && request.headers[INTERNAL_HEADERS.token];
    const caller = typeof token === 'string' ? this.tokens.known(token, 'web-bff') : undefined;
    const kept = asked && caller && this.pages.peek(asked);
    if (!kept) return usual(request, response);
    if (!caller.principal) return answerKept(request, response, kept.page);
    const context = incomingContext(request, response, this.clock);
    context.principal = caller.principal;
    runInContext(context, () => this.viewed.join(kept, asked)).then(
      (body) => answerPage(request, response, body),
      // Where it fails again it is told as every failure is.
      () => usual(request, response),
    );
  };
}

/** Without a body, and without news of its sender. */
const isPlainRead = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined &&
  headers['x-client-date'] === undefined;

/** The same bytes for everybody, and no secret among them: they may be compressed. */
export function answerKept(request: IncomingMessage, response: ServerResponse, page: Page): void {
  const encoding = preferredEncoding(request.headers['accept-encoding']?.toString());
  const bytes = encoding && page.compressed(encoding);
  const body = page.anonymous;
  answerPage(request, response, bytes ? { ...body, compressed: { encoding, bytes } } : body);
}
