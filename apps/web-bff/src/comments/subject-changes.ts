import { z } from 'zod';
import { id } from './params.js';

/** Counted as people count, not in halves of surrogate pairs. */
const text = (max: number) =>
  z.string().refine((value) => value.length <= max || [...value].length <= max, `may have ${max} characters`);

/** Shown as a link, so nothing that a browser would run. */
const link = text(2048).refine(
  (value) => value === '' || /^(https?:\/\/|\/(?!\/))/i.test(value),
  'must begin with http://, https:// or /',
);

const policy = z.object({
  mode: z
    .enum(['post_then_review', 'review_then_post'], 'must be post_then_review or review_then_post')
    .optional(),
  minLevel: z
    .int('must be from 0 to 6')
    .min(0, 'must be from 0 to 6')
    .max(6, 'must be from 0 to 6')
    .optional(),
});

/** What is left out stays as it is, in `policy` too. */
export const subjectChanges = z.object({
  title: text(300).nullable().optional(),
  url: link.nullable().optional(),
  policy: policy.optional(),
  state: z.enum(['open', 'read_only', 'closed'], 'must be open, read_only or closed').optional(),
  ownerId: id.nullable().optional(),
});
export type SubjectChanges = z.output<typeof subjectChanges>;
