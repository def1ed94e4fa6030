import { type history } from '@storey/contracts';
import { invalidRequest } from '@storey/errors';
import { type Report } from './report-history.js';

/** A report out of its message. @throws AppError invalid without a key. */
export function reportOf({ key, atMs, sentAtMs, seq, ...rest }: history.Report): Report {
  if (!key?.business || !key.oid) throw invalidRequest([{ path: '/key', message: 'is missing' }]);
  const { progress, duration, device, title, coverUrl, url, part } = rest;
  return {
    business: key.business,
    oid: key.oid,
    ...{ progress, duration, device, title, coverUrl, url, part },
    private: rest.private,
    seq: Number(seq),
    ...(atMs !== 0n && { at: Number(atMs) }),
    ...(sentAtMs !== 0n && { sentAt: Number(sentAtMs) }),
  };
}
