import { parseId } from '@storey/ids';
import { z } from 'zod';

/** What may stand in a path or a query, and nothing else. */

/** A decimal id from 1 to 2^63-1. */
export const id = z.string().transform((text, context): bigint => {
  const parsed = parseId(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an id' });
  return z.NEVER;
});

export const subjectRef = z.object({
  type: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a lower-case word of at most 32 characters'),
  oid: z
    .string()
    .regex(
      /^[A-Za-z0-9._~-]{1,64}$/,
      'must be 1 to 64 letters, digits, dots, underscores, tildes or hyphens',
    ),
});
export type SubjectRefParams = z.output<typeof subjectRef>;

export const commentId = z.object({ id });
export type CommentIdParams = z.output<typeof commentId>;

const limit = z
  .string()
  .regex(/^(?:[1-9]|[1-4]\d|50)$/, 'must be from 1 to 50')
  .transform(Number)
  .default(20);

const cursor = z.string().optional();

const floor = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'must be a floor')
  .transform(BigInt)
  .optional();

const sort = z.enum(['hot', 'new', 'old'], 'must be hot, new or old');

export const page = z.object({ cursor, limit });
export type PageQuery = z.output<typeof page>;

export const rootsQuery = z
  .object({ sort: sort.default('hot'), cursor, limit, floor })
  .refine((query) => query.floor === undefined || query.sort !== 'hot', {
    path: ['floor'],
    message: 'needs sort=new or sort=old',
  });
export type RootsQuery = z.output<typeof rootsQuery>;

export const repliesQuery = z.object({ sort: sort.default('old'), cursor, limit });
export type RepliesQuery = z.output<typeof repliesQuery>;
