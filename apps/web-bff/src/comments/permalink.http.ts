import { Controller, Get, Param } from '@nestjs/common';
import { Services } from '../services.js';
import { commentJson } from './comment-json.js';
import { commentId, type CommentIdParams } from './params.js';
import { Profiles } from './profiles.js';
import { required } from './required.js';
import { subjectJson } from './subject-json.js';

@Controller('web/v1/comments/:id')
export class PermalinkController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
  ) {}

  @Get()
  async comment(@Param({ schema: commentId }) { id }: CommentIdParams) {
    const reply = await this.services.comments.getComment({ id });
    const comment = required(reply.comment, 'comment');
    const people = await this.profiles.of(reply.root ? [comment, reply.root] : [comment]);
    const { degraded } = reply;
    return {
      comment: commentJson(comment, people),
      root: reply.root ? commentJson(reply.root, people) : null,
      subject: subjectJson(required(reply.subject, 'subject')),
      degraded: people.degraded ? [...degraded, 'profiles'] : degraded,
    };
  }
}
