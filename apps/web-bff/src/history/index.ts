import { type Type } from '@nestjs/common';
import { HistoryChangingController } from './changing.http.js';
import { HistoryReadingController } from './reading.http.js';
import { ReportingController } from './reporting.http.js';

/** What is served under `/web/v1/history`. */
export const historyControllers: Type<unknown>[] = [
  ReportingController,
  HistoryReadingController,
  HistoryChangingController,
];
