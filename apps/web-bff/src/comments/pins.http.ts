import { Controller, Delete, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { commentId, type CommentIdParams } from './params.js';

@Controller('web/v1/comments/:id/pin')
@UseGuards(SignedIn)
export class PinsController {
  constructor(private readonly services: Services) {}

  @Put()
  @HttpCode(202)
  pin(@Param({ schema: commentId }) { id }: CommentIdParams) {
    return this.#set(id, true);
  }

  @Delete()
  @HttpCode(202)
  unpin(@Param({ schema: commentId }) { id }: CommentIdParams) {
    return this.#set(id, false);
  }

  async #set(id: bigint, pinned: boolean) {
    await this.services.comments.pin({ id, pinned }, { timeoutMs: WRITE_TIMEOUT_MS });
    return {};
  }
}
