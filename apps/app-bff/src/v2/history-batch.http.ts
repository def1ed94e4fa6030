import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { type z } from 'zod';
import { Services } from '../services.js';
import { SignedIn } from '../signed-in.guard.js';
import { batchSchema, reportSchema, type Batch } from './report.schema.js';

const TIMEOUT_MS = 1000;

interface Rejected {
  readonly index: number;
  readonly code: string;
}

type Report = z.output<typeof reportSchema>;

/** What a phone has gathered while it was offline. */
@Controller('app/v2/history/batch')
@UseGuards(SignedIn)
export class HistoryBatchController {
  constructor(private readonly services: Services) {}

  /** A bad record does not spoil the others. */
  @Post()
  @HttpCode(202)
  async batch(@Body({ schema: batchSchema }) { records }: Batch) {
    const rejected: Rejected[] = [];
    const good: { readonly index: number; readonly report: Report }[] = [];
    records.forEach((record, index) => {
      const { success, data } = reportSchema.safeParse(record);
      if (success) good.push({ index, report: data });
      else rejected.push({ index, code: 'COMMON_REQUEST_INVALID' });
    });
    const codes = good.length === 0 ? [] : await this.#codesOf(good.map(({ report }) => report));
    good.forEach(({ index }, i) => {
      const code = codes[i];
      if (code) rejected.push({ index, code });
    });
    rejected.sort((a, b) => a.index - b.index);
    return { accepted: records.length - rejected.length, rejected };
  }

  /** '' for an accepted one. */
  async #codesOf(reports: Report[]): Promise<readonly string[]> {
    const { outcomes } = await this.services.histories.report({ reports }, { timeoutMs: TIMEOUT_MS });
    return outcomes.map(({ code }) => code);
  }
}
