import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { type comment as contract } from '@storey/contracts';
import { z } from 'zod';
import { commentJson, timeJson } from '../comments/comment-json.js';
import { id, page, type PageQuery } from '../comments/params.js';
import { profileJson } from '../comments/profile-json.js';
import { Profiles, type People } from '../comments/profiles.js';
import { requireUser } from '../require-user.js';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';

const START = new Uint8Array();

const seen = z.object({ upTo: id });

@Controller('web/v1/notifications')
@UseGuards(SignedIn)
export class NotificationsController {
  constructor(
    private readonly services: Services,
    private readonly profiles: Profiles,
    private readonly cursors: CursorSealer,
  ) {}

  @Get()
  async list(@Query({ schema: page }) { cursor, limit }: PageQuery) {
    const { userId } = requireUser();
    const scope = `notifications/${userId}`;
    const position = cursor === undefined ? START : this.cursors.open(scope, cursor);
    const { notifications, nextPosition } = await this.services.comments.listNotifications({
      position,
      limit,
    });
    const comments = notifications.flatMap(({ comment }) => comment ?? []);
    const people = await this.profiles.of(
      comments,
      notifications.flatMap(({ actorIds }) => actorIds),
    );
    return {
      notifications: notifications.map((each) => notificationJson(each, people)),
      nextCursor: nextPosition.length === 0 ? null : this.cursors.seal(scope, nextPosition),
      degraded: people.degraded ? ['profiles'] : [],
    };
  }

  @Get('unread-count')
  async unread() {
    const { count } = await this.services.comments.countUnread({});
    return { count: Number(count) };
  }

  @Post('read')
  @HttpCode(204)
  async read(@Body({ schema: seen }) { upTo }: z.output<typeof seen>): Promise<void> {
    await this.services.comments.markRead({ upTo });
  }
}

function notificationJson(notification: contract.Notification, people: People) {
  const { kind, atMs, read, comment, actorIds, count } = notification;
  return {
    id: String(notification.id),
    kind,
    at: timeJson(atMs),
    read,
    comment: comment ? commentJson(comment, people) : null,
    actors: actorIds.map((actorId) => profileJson(actorId, people)),
    count,
  };
}
