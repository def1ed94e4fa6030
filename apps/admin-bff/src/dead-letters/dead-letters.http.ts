import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { comment } from '@storey/contracts';
import { Administrators } from '../administrators.guard.js';
import { timeJson } from '../comments/admin-comment-json.js';
import { byId, pageQuery, type ById, type PageQuery } from '../params.js';
import { Services } from '../services.js';

const { DeadLetterDecision } = comment;
const SCOPE = 'admin/dead-letters';

/** Messages that consumers gave up: to be looked at, sent again once what they died of is mended, or thrown away. */
@Controller('admin/v1/dead-letters')
@UseGuards(Administrators)
export class DeadLettersController {
  constructor(
    private readonly services: Services,
    private readonly cursors: CursorSealer,
  ) {}

  /** Those about which nobody has decided, newest first. */
  @Get()
  async list(@Query({ schema: pageQuery }) { cursor, limit }: PageQuery) {
    const beforeId = cursor === undefined ? 0n : idOf(this.cursors.open(SCOPE, cursor));
    const { letters, nextBeforeId } = await this.services.comments.listDeadLetters({ beforeId, limit });
    return {
      letters: letters.map(({ id, topic, key, cause, atMs, attempts, consumer }) => ({
        id: String(id),
        topic,
        key,
        cause,
        at: timeJson(atMs),
        attempts,
        consumer,
      })),
      nextCursor: nextBeforeId === 0n ? null : this.cursors.seal(SCOPE, bytesOf(nextBeforeId)),
    };
  }

  @Post(':id/replay')
  @HttpCode(202)
  async replay(@Param({ schema: byId }) { id }: ById): Promise<void> {
    await this.services.comments.decideDeadLetter({ id, decision: DeadLetterDecision.REPLAY });
  }

  @Post(':id/discard')
  @HttpCode(202)
  async discard(@Param({ schema: byId }) { id }: ById): Promise<void> {
    await this.services.comments.decideDeadLetter({ id, decision: DeadLetterDecision.DISCARD });
  }
}

function bytesOf(id: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(id);
  return bytes;
}

const idOf = (bytes: Uint8Array): bigint => Buffer.from(bytes).readBigInt64BE();
