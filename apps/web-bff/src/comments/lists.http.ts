import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { currentContext } from '@storey/context';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  Pages,
  ViewedPages,
  answerPage,
  repliesRequest,
  rootsRequest,
  type PageRequest,
} from './pages/index.js';
import {
  commentId,
  repliesQuery,
  rootsQuery,
  subjectRef,
  type CommentIdParams,
  type RepliesQuery,
  type RootsQuery,
  type SubjectRefParams,
} from './params.js';

/** Pages of comments. The hot ones are answered before a request comes here (`serveHotPages`). */
@Controller('web/v1')
export class ListsController {
  constructor(
    private readonly pages: Pages,
    private readonly viewed: ViewedPages,
    private readonly cursors: CursorSealer,
  ) {}

  @Get('subjects/:type/:oid/comments')
  async roots(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Query({ schema: rootsQuery }) query: RootsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = rootsRequest(subject, query, this.cursors);
    answerPage(request, reply, await this.#body(asked));
  }

  @Get('comments/:id/replies')
  async replies(
    @Param({ schema: commentId }) root: CommentIdParams,
    @Query({ schema: repliesQuery }) query: RepliesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = repliesRequest(root, query, this.cursors);
    answerPage(request, reply, await this.#body(asked));
  }

  async #body(asked: PageRequest) {
    if (currentContext().principal) return this.viewed.load(asked);
    const { page } = await this.pages.load(asked);
    return page.anonymous;
  }
}
