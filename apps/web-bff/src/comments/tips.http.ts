import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { account } from '@storey/contracts';
import { KeepsOwnKeys } from '@storey/service';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { commentId, id, type CommentIdParams } from './params.js';
import { required } from './required.js';

const { TipState } = account;

const newTip = z.object({
  points: z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100'),
});
const tipId = z.object({ id });

const STATES = {
  [TipState.UNSPECIFIED]: 'pending',
  [TipState.PENDING]: 'pending',
  [TipState.DONE]: 'done',
  [TipState.CANCELLED]: 'cancelled',
} as const satisfies Record<account.TipState, string>;

/** Points from one user to another, for a comment. Account-service, whose the points are, sees it through. */
@Controller('web/v1')
@UseGuards(SignedIn)
export class TipsController {
  constructor(private readonly services: Services) {}

  @Post('comments/:id/tips')
  @KeepsOwnKeys()
  @HttpCode(202)
  async give(
    @Param({ schema: commentId }) { id }: CommentIdParams,
    @Body({ schema: newTip }) { points }: z.output<typeof newTip>,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const request = { commentId: id, points, idempotencyKey: key ?? '' };
    const given = await this.services.accounts.tip(request, { timeoutMs: WRITE_TIMEOUT_MS });
    if (given.replayed) reply.header('idempotent-replayed', 'true');
    return { tip: tipJson(given.tip) };
  }

  @Get('tips/:id')
  async read(@Param({ schema: tipId }) { id }: z.output<typeof tipId>) {
    return { tip: tipJson((await this.services.accounts.getTip({ id })).tip) };
  }
}

function tipJson(given: account.Tip | undefined) {
  const { id, state, points } = required(given, 'tip');
  return { id: String(id), state: STATES[state], points };
}
