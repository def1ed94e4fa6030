import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { CursorSealer } from '@storey/auth';
import { type history as contract } from '@storey/contracts';
import { etagOf } from '@storey/service';
import { type FastifyReply } from 'fastify';
import { page, type PageQuery } from '../comments/params.js';
import { required } from '../comments/required.js';
import { requireUser } from '../require-user.js';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import {
  listQuery,
  progressOf,
  recordRef,
  type ListQuery,
  type ProgressBody,
  type RecordRef,
} from './bodies.js';
import { progressJson, recordJson } from './record-json.js';

const START = new Uint8Array();

@Controller('web/v1/history')
@UseGuards(SignedIn)
export class HistoryReadingController {
  constructor(
    private readonly services: Services,
    private readonly cursors: CursorSealer,
  ) {}

  @Get()
  async list(
    @Query({ schema: listQuery }) { business = '', q, cursor, limit }: ListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const scope = `history/${requireUser().userId}?business=${business}&q=${q}`;
    const position = this.#position(scope, cursor);
    const page = await this.services.histories.list({ business, query: q, position, limit });
    return this.#pageJson(scope, page, reply);
  }

  @Get('continue')
  async shelf(
    @Query({ schema: page }) { cursor, limit }: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const scope = `history/${requireUser().userId}/continue`;
    const position = this.#position(scope, cursor);
    const shelf = await this.services.histories.listContinue({ position, limit });
    return this.#pageJson(scope, shelf, reply);
  }

  @Post('progress')
  @HttpCode(200)
  async progress(@Body({ schema: progressOf }) { items }: ProgressBody) {
    if (items.length === 0) return { progress: {}, degraded: [] };
    const { records, degraded } = await this.services.histories.batchGet({ keys: items });
    const entries = records.map((record) => {
      const { business, oid } = required(record.key, 'key');
      return [`${business}/${oid}`, progressJson(record)] as const;
    });
    return { progress: Object.fromEntries(entries), degraded };
  }

  @Get(':business/:oid')
  async get(@Param({ schema: recordRef }) key: RecordRef) {
    const { record } = await this.services.histories.get({ key });
    return recordJson(required(record, 'record'));
  }

  #position(scope: string, cursor: string | undefined): Uint8Array {
    return cursor === undefined ? START : this.cursors.open(scope, cursor);
  }

  /** Each first page begins a walk of its own, so the ETag leaves the cursor out; the one a client holds is as good. */
  #pageJson(scope: string, { records, nextPosition, degraded }: contract.ListReply, reply: FastifyReply) {
    const isLast = nextPosition.length === 0;
    const said = { records: records.map(recordJson), degraded };
    reply.header('etag', `W/${etagOf(JSON.stringify([said, isLast]))}`);
    return { ...said, nextCursor: isLast ? null : this.cursors.seal(scope, nextPosition) };
  }
}
