import { type RecordRef, type ReportBody } from './bodies.js';

/** A validated report as history-service takes it; 0 and '' stand for what was left out, so a `seq` of 0 goes as 1. */
export const reportMessage = (
  key: RecordRef,
  { at = 0, sentAt = 0, seq = -1, private: isPrivate = false, ...rest }: ReportBody,
) => ({
  key: { business: key.business, oid: key.oid },
  progress: rest.progress,
  duration: rest.duration ?? 0,
  atMs: BigInt(at),
  seq: BigInt(seq) + 1n,
  sentAtMs: BigInt(sentAt),
  device: rest.device ?? '',
  title: rest.title ?? '',
  coverUrl: rest.coverUrl ?? '',
  url: rest.url ?? '',
  part: rest.part ?? '',
  private: isPrivate,
});
