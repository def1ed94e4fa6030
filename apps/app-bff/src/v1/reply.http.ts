import { Controller, Get, Query } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { comment } from '@storey/contracts';
import { Logger } from '@storey/observability';
import { z } from 'zod';
import { Services } from '../services.js';
import { subjectSchema } from '../subject.schema.js';
import { toReply, type Reply } from './reply.js';

const query = subjectSchema.extend({ pn_cursor: z.string().max(2048).optional() });

const PAGE = 20;

interface ReplyPage {
  readonly code: 0;
  readonly data: { readonly replies: readonly Reply[]; readonly cursor: string | null };
}

/** The frozen first version of the phone client: newest roots, nothing nested. */
@Controller('app/v1/reply')
export class ReplyController {
  constructor(
    private readonly services: Services,
    private readonly cursors: CursorSealer,
    private readonly logger: Logger,
  ) {}

  @Get()
  async list(
    @Query({ schema: query }) { type, oid, pn_cursor: cursor }: z.output<typeof query>,
  ): Promise<ReplyPage> {
    const scope = `app/v1/reply|${type}/${oid}`;
    const position = cursor ? this.cursors.open(scope, cursor) : new Uint8Array();
    const page = await this.services.comments.listComments({
      subject: { type, oid },
      sort: comment.Sort.NEW,
      position,
      limit: PAGE,
    });
    const visible = [...page.pinned, ...page.comments].filter(
      (each) => each.state === comment.CommentState.VISIBLE,
    );
    const names = await this.#namesOf(visible.map((each) => each.authorId));
    const next = page.nextPosition.length > 0 ? this.cursors.seal(scope, page.nextPosition) : null;
    return {
      code: 0,
      data: { replies: visible.map((each) => toReply(each, names.get(each.authorId) ?? '')), cursor: next },
    };
  }

  /** Names are decoration: without them the page is still a page. */
  async #namesOf(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, string>> {
    if (ids.length === 0) return new Map();
    try {
      const { users } = await this.services.accounts.batchGetUsers(
        { ids: [...new Set(ids)] },
        { timeoutMs: 150 },
      );
      return new Map(users.map((user) => [user.id, user.displayName]));
    } catch (error) {
      this.logger.warn('names are missing on a page', { cause: String(error) });
      return new Map();
    }
  }
}
