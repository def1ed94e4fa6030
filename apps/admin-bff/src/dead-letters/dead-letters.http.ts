import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { Administrators } from '../administrators.guard.js';
import { timeJson } from '../comments/admin-comment-json.js';
import { pageQuery, type PageQuery } from '../params.js';
import { Services } from '../services.js';
import { byLetter, letterId, type ByLetter } from './letter-id.js';
import {
  DeadLetterDecision,
  FROM_THE_NEWEST,
  newestOf,
  sourcesOf,
  type Position,
  type Sources,
} from './letters.js';

const SCOPE = 'admin/dead-letters';
const ID_BYTES = 8;

/** Messages that consumers gave up: to be looked at, sent again once what they died of is mended, or thrown away. */
@Controller('admin/v1/dead-letters')
@UseGuards(Administrators)
export class DeadLettersController {
  readonly #sources: Sources;

  constructor(
    services: Services,
    private readonly cursors: CursorSealer,
  ) {
    this.#sources = sourcesOf(services);
  }

  /** Those about which nobody has decided, newest first. */
  @Get()
  async list(@Query({ schema: pageQuery }) { cursor, limit }: PageQuery) {
    const position = cursor === undefined ? FROM_THE_NEWEST : positionOf(this.cursors.open(SCOPE, cursor));
    const { letters, next } = await newestOf(this.#sources, position, limit);
    return {
      letters: letters.map(({ domain, id, topic, key, cause, atMs, attempts, consumer }) => ({
        id: letterId(domain, id),
        topic,
        key,
        cause,
        at: timeJson(atMs),
        attempts,
        consumer,
      })),
      nextCursor: next === undefined ? null : this.cursors.seal(SCOPE, bytesOf(next)),
    };
  }

  @Post(':id/replay')
  @HttpCode(202)
  async replay(@Param({ schema: byLetter }) { id: letter }: ByLetter): Promise<void> {
    await this.#sources[letter.domain].decide(letter.id, DeadLetterDecision.REPLAY);
  }

  @Post(':id/discard')
  @HttpCode(202)
  async discard(@Param({ schema: byLetter }) { id: letter }: ByLetter): Promise<void> {
    await this.#sources[letter.domain].decide(letter.id, DeadLetterDecision.DISCARD);
  }
}

function bytesOf({ comment, history }: Position): Uint8Array {
  const bytes = Buffer.alloc(2 * ID_BYTES);
  bytes.writeBigInt64BE(comment);
  bytes.writeBigInt64BE(history, ID_BYTES);
  return bytes;
}

function positionOf(bytes: Uint8Array): Position {
  const buffer = Buffer.from(bytes);
  // A cursor that was given out when there were letters of comments alone.
  const history = buffer.length > ID_BYTES ? buffer.readBigInt64BE(ID_BYTES) : 0n;
  return { comment: buffer.readBigInt64BE(), history };
}
