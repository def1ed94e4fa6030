import { parseId } from '@storey/ids';
import { z } from 'zod';

/** A decimal id from 1 to 2^63-1. */
const id = z.string().transform((text, context): bigint => {
  const parsed = parseId(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an id' });
  return z.NEVER;
});

export const byId = z.object({ id });
export type ById = z.output<typeof byId>;
