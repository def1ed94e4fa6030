import { Body, Controller, Delete, HttpCode, Param, Patch, Put, UseGuards } from '@nestjs/common';
import { comment as contract } from '@storey/contracts';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { editedComment, reaction, type EditedComment, type ReactionBody } from './bodies.js';
import { commentJson } from './comment-json.js';
import { Mentions } from './mentions.js';
import { commentId, type CommentIdParams } from './params.js';
import { Profiles } from './profiles.js';
import { required } from './required.js';

const REACTIONS = {
  like: contract.Reaction.LIKE,
  dislike: contract.Reaction.DISLIKE,
  none: contract.Reaction.NONE,
};

const OPTIONS = { timeoutMs: WRITE_TIMEOUT_MS };

@Controller('web/v1/comments/:id')
@UseGuards(SignedIn)
export class ChangingController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    private readonly mentions: Mentions,
  ) {}

  @Patch()
  @HttpCode(202)
  async edit(
    @Param({ schema: commentId }) { id }: CommentIdParams,
    @Body({ schema: editedComment }) { text }: EditedComment,
  ) {
    const mentions = [...(await this.mentions.in(text))];
    const reply = await this.services.comments.edit({ id, text, mentions }, OPTIONS);
    const comment = required(reply.comment, 'comment');
    return { comment: commentJson(comment, await this.profiles.of([comment])) };
  }

  @Delete()
  @HttpCode(202)
  async delete(@Param({ schema: commentId }) { id }: CommentIdParams) {
    await this.services.comments.delete({ id }, OPTIONS);
    return {};
  }

  @Put('reaction')
  @HttpCode(202)
  async react(
    @Param({ schema: commentId }) { id }: CommentIdParams,
    @Body({ schema: reaction }) { value }: ReactionBody,
  ) {
    await this.services.comments.react({ id, value: REACTIONS[value] }, OPTIONS);
    return { value };
  }
}
