import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { history } from '@storey/contracts';
import { isFinished, type HistoryRecord } from '@storey/history';

/** A record as kv state holds it. */
export interface KeptRecord extends HistoryRecord {
  /** When its first report arrived, epoch ms; 0 = unknown, as it came from the tables. */
  readonly since: number;
}

export function encodeKept(record: KeptRecord): Uint8Array {
  const stored = create(history.StoredRecordSchema, {
    record: contractRecord(record),
    seq: BigInt(record.seq),
    hidden: record.hidden,
    sinceMs: BigInt(record.since),
  });
  return toBinary(history.StoredRecordSchema, stored);
}

/** @throws when the bytes are none of ours. */
export function decodeKept(bytes: Uint8Array): KeptRecord {
  const { record, seq, hidden, sinceMs } = fromBinary(history.StoredRecordSchema, bytes);
  if (!record?.key) throw new Error('A record in kv state has no key.');
  const { progress, duration, atMs, device, title, coverUrl, url, part } = record;
  const { business, oid } = record.key;
  return {
    ...{ business, oid, progress, duration, device, title, coverUrl, url, part, hidden },
    at: Number(atMs),
    seq: Number(seq),
    since: Number(sinceMs),
  };
}

/** A record as callers see it. */
export const contractRecord = (record: HistoryRecord): history.Record =>
  create(history.RecordSchema, {
    key: { business: record.business, oid: record.oid },
    progress: record.progress,
    duration: record.duration,
    finished: isFinished(record),
    atMs: BigInt(record.at),
    device: record.device,
    title: record.title,
    coverUrl: record.coverUrl,
    url: record.url,
    part: record.part,
  });
