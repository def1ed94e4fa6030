import { parseId } from '@storey/ids';
import { z } from 'zod';

/** A decimal id from 1 to 2^63-1. */
export const id = z.string().transform((text, context): bigint => {
  const parsed = parseId(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an id' });
  return z.NEVER;
});

export const byId = z.object({ id });
export type ById = z.output<typeof byId>;

const limit = z
  .string()
  .regex(/^(?:[1-9]|[1-4]\d|50)$/, 'must be from 1 to 50')
  .transform(Number)
  .default(20);

/** RFC 3339 with an offset, as epoch ms. */
const time = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time' })
  .transform((text) => BigInt(Date.parse(text)));

const STATES = ['pending', 'visible', 'in_review', 'rejected', 'hidden', 'deleted'] as const;

/** Nothing but what is named may be asked for: a filter that is misspelt would find too much. */
export const searchQuery = z.strictObject({
  q: z
    .string()
    .regex(/^[^\p{Cc}]*$/u, 'must not have control characters')
    .refine((text) => text !== '' && [...text].length <= 64, 'must be 1 to 64 characters')
    .optional(),
  authorId: id.optional(),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the type of a subject')
    .optional(),
  oid: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be the id of a subject')
    .optional(),
  state: z.enum(STATES, `must be one of ${STATES.join(', ')}`).optional(),
  from: time.optional(),
  to: time.optional(),
  sort: z.enum(['relevance', 'new', 'old'], 'must be relevance, new or old').optional(),
  cursor: z.string().optional(),
  limit,
});
/** A list without filters. */
export const pageQuery = z.strictObject({ cursor: z.string().optional(), limit });
export type PageQuery = z.output<typeof pageQuery>;

export type SearchQuery = z.output<typeof searchQuery>;
