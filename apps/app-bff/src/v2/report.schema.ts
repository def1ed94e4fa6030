import { z } from 'zod';
import { subjectSchema } from '../subject.schema.js';

const MAX_INT = 2 ** 31 - 1;
const text = (max: number) =>
  z.string().refine((value) => [...value].length <= max, `may have ${max} characters`);
const link = text(2048).refine(
  (value) => value === '' || /^(https?:\/\/|\/(?!\/))/i.test(value),
  'must begin with http://, https:// or /',
);
/** Epoch ms, at least 1. */
const time = z.iso.datetime({ offset: true }).transform((value) => BigInt(Math.max(1, Date.parse(value))));

/** A report as the phone sends it, made into history-service's message; 0 and '' stand for what was left out. */
export const reportSchema = z
  .object({
    business: subjectSchema.shape.type,
    oid: subjectSchema.shape.oid,
    progress: z.int().min(-1).max(MAX_INT),
    duration: z.int().min(0).max(MAX_INT).default(0),
    at: time.default(0n),
    sentAt: time.default(0n),
    seq: z.int().min(0).default(-1),
    device: text(32).default(''),
    title: text(300).default(''),
    coverUrl: link.default(''),
    url: link.default(''),
    part: text(300).default(''),
    private: z.boolean().default(false),
  })
  .transform(({ business, oid, at, sentAt, seq, ...rest }) => ({
    key: { business, oid },
    atMs: at,
    sentAtMs: sentAt,
    seq: BigInt(seq) + 1n, // a seq of 0 is one
    ...rest,
  }));

/** Each is judged alone. */
export const batchSchema = z.object({ records: z.array(z.unknown()).min(1).max(100) });
export type Batch = z.output<typeof batchSchema>;
