import { z } from 'zod';
import { ConfigError } from './config-error.js';

/** Environment names this platform may be given; anything else with this prefix is a typing error. */
const PREFIX = 'STOREY_';

export interface ConfigEntry<S extends z.ZodType = z.ZodType> {
  /** The environment variable. */
  readonly env: string;
  /** Text in, typed value out; carries the default. */
  readonly schema: S;
  /** One line for docs/config.md, with the unit. */
  readonly doc: string;
}

export type ConfigShape = Readonly<Record<string, ConfigEntry>>;

export type ConfigOf<S extends ConfigShape> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

/**
 * Reads every entry of `shape` from `env` and freezes the result.
 * An empty value counts as unset. @throws ConfigError naming every mistake at once.
 */
export function loadConfig<S extends ConfigShape>(shape: S, env: NodeJS.ProcessEnv): ConfigOf<S> {
  const mistakes = unknownNames(shape, env);
  const config: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(shape)) {
    const text = env[entry.env];
    const result = entry.schema.safeParse(text === '' ? undefined : text);
    if (result.success) config[key] = result.data;
    else mistakes.push(`${entry.env}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(config) as ConfigOf<S>;
}

function unknownNames(shape: ConfigShape, env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.values(shape).map((entry) => entry.env));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => `${name}: there is no such setting`);
}
