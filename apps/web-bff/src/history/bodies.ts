import { z } from 'zod';
import { page, subjectRef } from '../comments/params.js';

/** What may stand in paths, queries and bodies of history. */

const MAX_INT = 2 ** 31 - 1;
const whole = (min: number, max: number) => z.int().min(min).max(max);

/** Counted as people count, not in halves of surrogate pairs. */
const text = (max: number) =>
  z.string().refine((value) => value.length <= max || [...value].length <= max, `may have ${max} characters`);

/** Shown as a link later, so nothing that a browser would run. */
const link = text(2048).refine(
  (value) => value === '' || /^(https?:\/\/|\/(?!\/))/i.test(value),
  'must begin with http://, https:// or /',
);

/** Epoch ms; what lies before 1970 is as old as anything can be. */
const time = z.iso.datetime({ offset: true }).transform((value) => Math.max(1, Date.parse(value)));

export const recordRef = z.object({ business: subjectRef.shape.type, oid: subjectRef.shape.oid });
export type RecordRef = z.output<typeof recordRef>;

export const report = z.object({
  progress: whole(-1, MAX_INT),
  duration: whole(0, MAX_INT).optional(),
  at: time.optional(),
  seq: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  sentAt: time.optional(),
  device: text(32).optional(),
  title: text(300).optional(),
  coverUrl: link.optional(),
  url: link.optional(),
  part: text(300).optional(),
  private: z.boolean().optional(),
});
export type ReportBody = z.output<typeof report>;

/** Each record is judged alone, so here they may be anything. */
export const batch = z.object({ records: z.array(z.unknown()).min(1).max(100) });
export type BatchBody = z.output<typeof batch>;

export const reportOfBatch = report.extend(recordRef.shape);

export const progressOf = z.object({ items: z.array(recordRef).max(100) });
export type ProgressBody = z.output<typeof progressOf>;

export const listQuery = page.extend({
  business: recordRef.shape.business.optional(),
  q: text(100).default(''),
});
export type ListQuery = z.output<typeof listQuery>;

/** Strict, as a misspelt parameter must not delete everything. */
export const clearQuery = z.strictObject({ business: recordRef.shape.business.optional() });
export type ClearQuery = z.output<typeof clearQuery>;

/** What is left out stays as it is. */
export const settings = z.object({
  paused: z.boolean().optional(),
  retentionDays: whole(1, 3650).optional(),
});
export type SettingsBody = z.output<typeof settings>;
