import { readFileSync } from 'node:fs';
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
 * Reads every entry of `shape` from `env` and freezes the result. An empty value counts as unset; what is unset may
 * stand in a file instead, which `<NAME>_FILE` names (its last line break is dropped). @throws ConfigError naming every mistake at once.
 */
export function loadConfig<S extends ConfigShape>(shape: S, env: NodeJS.ProcessEnv): ConfigOf<S> {
  const mistakes = unknownNames(shape, env);
  const config: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(shape)) {
    const given = valueOf(entry.env, env);
    if (given.mistake !== undefined) {
      mistakes.push(given.mistake);
      continue;
    }
    const result = entry.schema.safeParse(given.text);
    if (result.success) config[key] = result.data;
    else mistakes.push(`${entry.env}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(config) as ConfigOf<S>;
}

interface Given {
  readonly text?: string | undefined;
  readonly mistake?: string;
}

/** What a setting was given, if anything. */
function valueOf(name: string, env: NodeJS.ProcessEnv): Given {
  const text = env[name] || undefined;
  const file = env[`${name}_FILE`] || undefined;
  if (file === undefined) return { text };
  if (text !== undefined) return { mistake: `${name}: is given, and so is ${name}_FILE; unset one` };
  try {
    return { text: readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined };
  } catch (error) {
    return { mistake: `${name}_FILE: can't be read: ${(error as Error).message}` };
  }
}

function unknownNames(shape: ConfigShape, env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.values(shape).flatMap(({ env: name }) => [name, `${name}_FILE`]));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => `${name}: there is no such setting`);
}
