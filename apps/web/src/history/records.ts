import { call, query } from '../api/client.js';
import { type Page } from '../api/page.js';
import { type ProgressReport } from '../player/progress-reporter.js';

export interface Record {
  readonly business: string;
  readonly oid: string;
  /** Seconds. */
  readonly progress: number;
  readonly duration: number;
  readonly finished: boolean;
  readonly at: string;
  readonly title: string | null;
}

export interface RecordPage extends Page {
  readonly records: readonly Record[];
}

export interface HistorySettings {
  readonly paused: boolean;
  readonly retentionDays: number;
}

/** What this site records: films. */
export const BUSINESS = 'video';

const root = '/web/v1/history';
const pathOf = ({ business, oid }: Pick<Record, 'business' | 'oid'>): string => `${business}/${oid}`;

export const listHistory = (q: string, cursor: string | null, signal: AbortSignal): Promise<RecordPage> =>
  call('GET', root + query({ q: q.trim() === '' ? null : q.trim(), cursor }), { signal });

export type Progress = Pick<Record, 'progress' | 'duration' | 'finished'>;

/** How far these films were watched, by oid; those that never were are missing. */
export async function findProgress(oids: readonly string[]): Promise<ReadonlyMap<string, Progress>> {
  const items = oids.map((oid) => ({ business: BUSINESS, oid }));
  const { progress } = await call<{ progress: { readonly [key: string]: Progress } }>(
    'POST',
    `${root}/progress`,
    {
      body: { items },
    },
  );
  return new Map(Object.entries(progress).map(([key, each]) => [key.slice(BUSINESS.length + 1), each]));
}

export const report = (oid: string, body: ProgressReport, leaving: boolean): Promise<unknown> =>
  call('PUT', `${root}/${BUSINESS}/${oid}`, { body, keepalive: leaving });

export const listContinue = (): Promise<RecordPage> => call('GET', `${root}/continue`);

export const hideFromContinue = (record: Record): Promise<void> =>
  call('DELETE', `${root}/continue/${pathOf(record)}`);

export const forget = (record: Record): Promise<void> => call('DELETE', `${root}/${pathOf(record)}`);

export const forgetAll = (): Promise<void> => call('DELETE', root);

export const readSettings = (): Promise<HistorySettings> => call('GET', `${root}/settings`);

export const writeSettings = (body: HistorySettings): Promise<HistorySettings> =>
  call('PUT', `${root}/settings`, { body });
