import { type RecordRef, type ReportBody } from './bodies.js';

/** A validated report as history-service takes it; 0 and '' stand for what was left out. */
export const reportMessage = (
  key: RecordRef,
  { at = 0, sentAt = 0, seq = 0, private: isPrivate = false, ...rest }: ReportBody,
) => ({
  key: { business: key.business, oid: key.oid },
  progress: rest.progress,
  duration: rest.duration ?? 0,
  atMs: BigInt(at),
  seq: BigInt(seq),
  sentAtMs: BigInt(sentAt),
  device: rest.device ?? '',
  title: rest.title ?? '',
  coverUrl: rest.coverUrl ?? '',
  url: rest.url ?? '',
  part: rest.part ?? '',
  private: isPrivate,
});
