import { Body, Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import { newReport, type NewReport } from './bodies.js';
import { commentId, type CommentIdParams } from './params.js';

@Controller('web/v1/comments/:id/reports')
@UseGuards(SignedIn)
export class ReportsController {
  constructor(private readonly services: Services) {}

  @Post()
  @HttpCode(202)
  async report(
    @Param({ schema: commentId }) { id }: CommentIdParams,
    @Body({ schema: newReport }) { reason, note }: NewReport,
  ) {
    const request = { id, reason, note: note ?? '' };
    await this.services.comments.report(request, { timeoutMs: WRITE_TIMEOUT_MS });
    return {};
  }
}
