import { Injectable } from '@nestjs/common';
import { isAppError } from '@storey/errors';
import { type comment as contract } from '@storey/contracts';
import { requireUser } from '../../require-user.js';
import { Services } from '../../services.js';
import { EqualCalls, type CallCounts } from './equal-calls.js';
import { type Body, type Own, type Page } from './page.js';
import { PageLoader, type LoadedPage } from './page-loader.js';
import { type PageRequest } from './page-request.js';
import { Pages } from './pages.js';
import { viewerText } from './viewer-text.js';

/** A page without the viewer's own is better than none; so long may it take. */
const TIMEOUT_MS = 200;
const UNKNOWN: Own = { viewers: new Map(), degraded: ['viewer'] };

/** Pages for somebody signed in: everybody's, with his own joined to it. */
@Injectable()
export class ViewedPages {
  readonly #calls = new EqualCalls<Page, Own | undefined>();

  constructor(
    private readonly pages: Pages,
    private readonly loader: PageLoader,
    private readonly services: Services,
  ) {}

  /** Of calls for what is a viewer's own. */
  get counts(): Readonly<CallCounts> {
    return this.#calls.counts;
  }

  /** For whoever calls, loaded anew. @throws AppError as comment-service does. */
  async load(request: PageRequest): Promise<Body> {
    const loaded = await this.#forEverybody(request);
    return loaded ? this.join(loaded, request) : this.#listed(request);
  }

  /** What everybody sees with the caller's own. @throws AppError as comment-service does. */
  async join(loaded: LoadedPage, request: PageRequest): Promise<Body> {
    const own = await this.#calls.make(loaded.page, () => this.#own(loaded));
    return own ? loaded.page.for(own) : this.#listed(request);
  }

  /** @returns undefined for what not everybody may see: this viewer may. */
  async #forEverybody(request: PageRequest): Promise<LoadedPage | undefined> {
    try {
      return await this.pages.load(request);
    } catch (error) {
      if (isAppError(error) && error.kind === 'not_found') return undefined;
      throw error;
    }
  }

  /** @returns undefined when he sees other comments than everybody. */
  async #own({ page, subject }: LoadedPage): Promise<Own | undefined> {
    try {
      const { type, oid } = subject;
      const ownIds = page.idsBy(BigInt(requireUser().userId));
      const request = { subject: { type, oid }, ids: page.ids, ownIds };
      const reply = await this.services.comments.viewComments(request, { timeoutMs: TIMEOUT_MS });
      return reply.differs ? undefined : ownOf(reply);
    } catch (error) {
      if (isAppError(error) && (error.kind === 'unavailable' || error.kind === 'deadline_exceeded'))
        return UNKNOWN;
      throw error;
    }
  }

  async #listed(request: PageRequest): Promise<Body> {
    const { page, viewers } = await this.loader.load(request);
    return page.for({ viewers, degraded: [] });
  }
}

function ownOf({ items, degraded }: contract.ViewCommentsReply): Own {
  const viewers = items.flatMap(({ id, viewer }) => (viewer ? [[id, viewerText(viewer)] as const] : []));
  return { viewers: new Map(viewers), degraded };
}
