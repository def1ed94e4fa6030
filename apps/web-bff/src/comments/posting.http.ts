import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { KeepsOwnKeys } from '@storey/service';
import { type FastifyReply } from 'fastify';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { newComment, type NewComment } from './bodies.js';
import { commentJson } from './comment-json.js';
import { idempotentRequest } from './idempotency-key.js';
import { Mentions } from './mentions.js';
import { subjectRef, type SubjectRefParams } from './params.js';
import { Profiles } from './profiles.js';
import { required } from './required.js';

const ROUTE = 'subjects/:type/:oid/comments';

@Controller('web/v1')
@UseGuards(SignedIn)
export class PostingController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    private readonly mentions: Mentions,
  ) {}

  @Post(ROUTE)
  @KeepsOwnKeys()
  @HttpCode(202)
  async publish(
    @Param({ schema: subjectRef }) subject: SubjectRefParams,
    @Body({ schema: newComment }) body: NewComment,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { text, parentId } = body;
    const idempotency = idempotentRequest(key, [`POST ${ROUTE}`, subject, body]);
    const mentions = [...(await this.mentions.in(text))];
    const accepted = await this.services.comments.publish(
      { subject, text, parentId: parentId ?? 0n, mentions, ...(idempotency && { idempotency }) },
      { timeoutMs: WRITE_TIMEOUT_MS },
    );
    if (accepted.replayed) reply.header('idempotent-replayed', 'true');
    const comment = required(accepted.comment, 'comment');
    return { comment: commentJson(comment, await this.profiles.of([comment])) };
  }
}
