import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { currentContext } from '@storey/context';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  HotPages,
  Pages,
  ViewedPages,
  answerKept,
  answerPage,
  repliesRequest,
  rootsRequest,
  type Body,
  type LoadedPage,
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

/** Pages of comments. The hot ones are answered before a request comes here (`HotPages`). */
@Controller('web/v1')
export class ListsController {
  constructor(
    private readonly pages: Pages,
    private readonly viewed: ViewedPages,
    private readonly hot: HotPages,
    private readonly cursors: CursorSealer,
  ) {}

  @Get('subjects/:type/:oid/comments')
  async roots(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Query({ schema: rootsQuery }) query: RootsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer(request, reply, rootsRequest(subject, query, this.cursors));
  }

  @Get('comments/:id/replies')
  async replies(
    @Param({ schema: commentId }) root: CommentIdParams,
    @Query({ schema: repliesQuery }) query: RepliesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#answer(request, reply, repliesRequest(root, query, this.cursors));
  }

  async #answer(request: FastifyRequest, reply: FastifyReply, asked: PageRequest): Promise<void> {
    const kept = this.hot.find(request.url, asked);
    if (kept && !currentContext().principal) {
      reply.hijack();
      return answerKept(request.raw, reply.raw, kept.page);
    }
    const body = await this.#body(asked, kept);
    reply.hijack();
    answerPage(request.raw, reply.raw, body);
  }

  async #body(asked: PageRequest, kept: LoadedPage | undefined): Promise<Body> {
    if (currentContext().principal) return kept ? this.viewed.join(kept, asked) : this.viewed.load(asked);
    const { page } = await this.pages.load(asked);
    return page.anonymous;
  }
}
