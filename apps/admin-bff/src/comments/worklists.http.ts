import { Controller, Get, Query } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { type comment as contract } from '@storey/contracts';
import { pageQuery, type PageQuery } from '../params.js';
import { Services } from '../services.js';
import { adminCommentJson } from './admin-comment-json.js';
import { People } from './people.js';

const START = new Uint8Array();

/** What waits for moderators. */
@Controller('admin/v1')
export class WorklistsController {
  constructor(
    private readonly services: Services,
    private readonly people: People,
    private readonly cursors: CursorSealer,
  ) {}

  /** In review, oldest first. */
  @Get('queue')
  async queue(@Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.services.comments.listQueue(this.#asked('admin/queue', query));
    return this.#page('admin/queue', page);
  }

  /** With reports that nobody judged yet, most reported first. */
  @Get('reports')
  async reports(@Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.services.comments.listReports(this.#asked('admin/reports', query));
    return this.#page('admin/reports', page);
  }

  #asked(scope: string, { cursor, limit }: PageQuery) {
    return { position: cursor === undefined ? START : this.cursors.open(scope, cursor), limit };
  }

  async #page(
    scope: string,
    { comments, nextPosition }: contract.ListQueueReply | contract.ListReportsReply,
  ) {
    const people = await this.people.of(comments.flatMap(({ comment }) => comment ?? []));
    return {
      comments: comments.flatMap(({ comment, moderation }) =>
        comment ? [adminCommentJson(comment, moderation, people.users)] : [],
      ),
      nextCursor: nextPosition.length === 0 ? null : this.cursors.seal(scope, nextPosition),
      degraded: people.degraded ? ['profiles'] : [],
    };
  }
}
