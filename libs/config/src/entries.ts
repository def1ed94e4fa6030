import { z } from 'zod';
import { type ConfigEntry } from './load-config.js';

/** Builders for the kinds of setting there are; each says in its message what it wants. */

export const integer = (env: string, doc: string, fallback: number, min: number, max: number) =>
  entry(
    env,
    doc,
    z
      .string()
      .regex(/^-?\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
      .transform(Number)
      .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)
      .default(fallback),
  );

export const text = (env: string, doc: string, fallback: string) =>
  entry(env, doc, z.string().default(fallback));

export const optionalText = (env: string, doc: string) => entry(env, doc, z.string().optional());

export const oneOf = <const T extends readonly [string, ...string[]]>(
  env: string,
  doc: string,
  values: T,
  fallback: T[number],
) => entry(env, doc, z.enum(values, `must be one of ${values.join(', ')}`).default(fallback as never));

/** A port URL whose scheme must be one that an adapter exists for. */
export const url = (env: string, doc: string, fallback: string, schemes: readonly string[]) =>
  entry(
    env,
    doc,
    z
      .string()
      .refine(
        (value) => schemes.some((scheme) => value.startsWith(`${scheme}:`)),
        `must begin with one of ${schemes.map((s) => `${s}:`).join(' ')}`,
      )
      .default(fallback),
  );

function entry<S extends z.ZodType>(env: string, doc: string, schema: S): ConfigEntry<S> {
  return { env, doc, schema };
}
