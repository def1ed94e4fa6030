import { z } from 'zod';
import { id, subjectRef } from './params.js';

/** Shapes of bodies. What a text may say is decided by comment-service. */

export const newComment = z.object({ text: z.string(), parentId: id.nullish() });
export type NewComment = z.output<typeof newComment>;

export const editedComment = z.object({ text: z.string() });
export type EditedComment = z.output<typeof editedComment>;

export const reaction = z.object({
  value: z.enum(['like', 'dislike', 'none'], 'must be like, dislike or none'),
});
export type ReactionBody = z.output<typeof reaction>;

const REASONS = ['spam', 'abuse', 'spoiler', 'illegal', 'other'] as const;

export const newReport = z.object({
  reason: z.enum(REASONS, `must be one of ${REASONS.join(', ')}`),
  note: z
    .string()
    .refine((text) => [...text].length <= 1000, 'may have 1000 characters')
    .nullish(),
});
export type NewReport = z.output<typeof newReport>;

export const subjectList = z.object({ subjects: z.array(subjectRef).max(100, 'may have 100 entries') });
export type SubjectList = z.output<typeof subjectList>;
