import { z } from 'zod';

/** What is commented on, as the contract spells it. */
export const subjectSchema = z.object({
  type: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1–32 of a–z, 0–9 and -, beginning with a letter'),
  oid: z.string().regex(/^[A-Za-z0-9._~-]{1,64}$/, 'must be 1–64 of letters, digits, ., _, ~ and -'),
});

export type SubjectInput = z.output<typeof subjectSchema>;
