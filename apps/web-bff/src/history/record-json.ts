import { type history as contract } from '@storey/contracts';
import { timeJson } from '../comments/comment-json.js';
import { required } from '../comments/required.js';

export interface ProgressJson {
  readonly progress: number;
  readonly duration: number;
  readonly finished: boolean;
  readonly at: string;
}

/** A record as the contract shows it; what no report has told is `null`, an unknown duration 0. */
export interface RecordJson extends ProgressJson {
  readonly business: string;
  readonly oid: string;
  readonly device: string | null;
  readonly title: string | null;
  readonly coverUrl: string | null;
  readonly url: string | null;
  readonly part: string | null;
}

export function recordJson(record: contract.Record): RecordJson {
  const { business, oid } = required(record.key, 'key');
  return {
    business,
    oid,
    ...progressJson(record),
    device: record.device || null,
    title: record.title || null,
    coverUrl: record.coverUrl || null,
    url: record.url || null,
    part: record.part || null,
  };
}

export const progressJson = ({ progress, duration, finished, atMs }: contract.Record): ProgressJson => ({
  progress,
  duration,
  finished,
  at: timeJson(atMs),
});
