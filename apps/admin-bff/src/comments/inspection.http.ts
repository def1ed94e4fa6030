import { Controller, Get, Param } from '@nestjs/common';
import { notFound } from '@storey/errors';
import { byId, type ById } from '../params.js';
import { Services } from '../services.js';
import { adminCommentJson, timeJson } from './admin-comment-json.js';
import { People } from './people.js';

@Controller('admin/v1/comments')
export class InspectionController {
  constructor(
    private readonly services: Services,
    private readonly people: People,
  ) {}

  /** One comment as its moderators see it: whatever its state, with the texts it had before. */
  @Get(':id')
  async inspect(@Param({ schema: byId }) { id }: ById) {
    const { comment, moderation, edits, reports, audit } = await this.services.comments.inspectComment({
      id,
    });
    if (!comment) throw notFound();
    const { users } = await this.people.of([comment]);
    return {
      comment: adminCommentJson(comment, moderation, users),
      edits: edits.map(({ text, atMs }) => ({ text, at: timeJson(atMs) })),
      reports: reports.map(({ reason, note, reporterId, atMs }) => ({
        reason,
        note: note || null,
        reporterId: String(reporterId),
        at: timeJson(atMs),
      })),
      audit: audit.map(({ action, actorId, reason, atMs }) => ({
        action,
        actorId: String(actorId),
        reason: reason || null,
        at: timeJson(atMs),
      })),
    };
  }
}
