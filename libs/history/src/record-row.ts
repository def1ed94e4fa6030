import { isFinished } from './progress.js';
import { type HistoryRecord } from './history-record.js';
import { type RecordTable } from './tables.js';

export const toRow = (userId: bigint, record: HistoryRecord): RecordTable => ({
  user_id: userId,
  business: record.business,
  oid: record.oid,
  progress: record.progress,
  duration: record.duration,
  at: BigInt(record.at),
  seq: BigInt(record.seq),
  device: record.device,
  title: record.title,
  cover_url: record.coverUrl,
  url: record.url,
  part: record.part,
  finished: Number(isFinished(record)),
  hidden: Number(record.hidden),
});

export const fromRow = (row: RecordTable): HistoryRecord => ({
  business: row.business,
  oid: row.oid,
  progress: row.progress,
  duration: row.duration,
  at: Number(row.at),
  seq: Number(row.seq),
  device: row.device,
  title: row.title,
  coverUrl: row.cover_url,
  url: row.url,
  part: row.part,
  hidden: row.hidden === 1,
});
