import { Body, Controller, HttpCode, Param, Post, Put, UseGuards } from '@nestjs/common';
import { AppError } from '@storey/errors';
import { required } from '../comments/required.js';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { WRITE_TIMEOUT_MS } from '../write-timeout.js';
import {
  batch,
  recordRef,
  report,
  reportOfBatch,
  type BatchBody,
  type RecordRef,
  type ReportBody,
} from './bodies.js';
import { reportMessage } from './report-message.js';

const OPTIONS = { timeoutMs: WRITE_TIMEOUT_MS };

interface Rejected {
  readonly index: number;
  readonly code: string;
}

@Controller('web/v1/history')
@UseGuards(SignedIn)
export class ReportingController {
  constructor(private readonly services: Services) {}

  @Put(':business/:oid')
  @HttpCode(202)
  async put(@Param({ schema: recordRef }) key: RecordRef, @Body({ schema: report }) body: ReportBody) {
    const reports = [reportMessage(key, body)];
    const { outcomes } = await this.services.histories.report({ reports }, OPTIONS);
    const { recorded, code } = required(outcomes[0], 'outcome');
    if (code !== '') throw refused(code);
    return { recorded };
  }

  @Post('batch')
  @HttpCode(202)
  async batch(@Body({ schema: batch }) { records }: BatchBody) {
    const judged = records.map((record) => reportOfBatch.safeParse(record));
    const rejected: Rejected[] = [];
    const good: { readonly index: number; readonly message: ReturnType<typeof reportMessage> }[] = [];
    judged.forEach(({ success, data }, index) => {
      if (success) good.push({ index, message: reportMessage(data, data) });
      else rejected.push({ index, code: 'COMMON_REQUEST_INVALID' });
    });
    const outcomes = good.length === 0 ? [] : await this.#report(good.map(({ message }) => message));
    outcomes.forEach(({ code }, i) => {
      if (code !== '') rejected.push({ index: required(good[i], 'report').index, code });
    });
    rejected.sort((a, b) => a.index - b.index);
    return { accepted: records.length - rejected.length, rejected };
  }

  async #report(reports: ReturnType<typeof reportMessage>[]) {
    const reply = await this.services.histories.report({ reports }, OPTIONS);
    return reply.outcomes;
  }
}

const refused = (code: string): AppError =>
  new AppError({
    kind: 'unprocessable',
    code,
    message: 'The report was not accepted.',
    details: { errors: [{ path: '/at', message: 'lies more than 5 minutes ahead' }] },
  });
