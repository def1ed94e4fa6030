import { z } from 'zod';

/** Shapes of bodies: what the contract says of them. account-service holds the same rules once more for other callers. */

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const length = (text: string): number => Array.from(graphemes.segment(text)).length;

/** Bounds for what is only compared; whatever it is, the answer is that it is wrong. */
const attempt = z.string().max(1024, 'is too long');

const username = z.string().regex(/^[a-z0-9_]{3,32}$/i, 'must be 3 to 32 of a–z, 0–9 and _');
const password = z
  .string()
  .max(1024, 'must have 8 to 128 characters')
  .refine((text) => Array.from(text).length >= 8 && Array.from(text).length <= 128, {
    message: 'must have 8 to 128 characters',
  });
const displayName = z
  .string()
  .max(500, 'must have 1 to 50 characters')
  .transform((text) => text.trim())
  .refine((text) => text !== '' && length(text) <= 50, 'must have 1 to 50 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'must not have control characters');
const email = z.union([z.literal(''), z.email('must be an e-mail address').max(254)]);
const avatarUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
  .max(2048, 'must have at most 2,048 characters')
  .regex(/^\S*$/, 'must be an http(s) address');

export const registration = z.object({
  username,
  password,
  displayName: displayName.nullish(),
  email: email.nullish(),
});
export type Registration = z.output<typeof registration>;

export const credentials = z.object({ username: attempt, password: attempt });
export type Credentials = z.output<typeof credentials>;

export const refreshing = z.object({ refreshToken: attempt });
export type Refreshing = z.output<typeof refreshing>;

export const passwordChange = z.object({ current: attempt, next: password });
export type PasswordChange = z.output<typeof passwordChange>;

/** `null` and '' take the picture or the address away. */
export const profileChange = z.object({
  displayName: displayName.optional(),
  avatarUrl: z.union([z.literal(''), z.null(), avatarUrl]).optional(),
  email: z.union([email, z.null()]).optional(),
});
export type ProfileChange = z.output<typeof profileChange>;
