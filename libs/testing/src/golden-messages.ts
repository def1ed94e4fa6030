import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../proto/golden/', import.meta.url));

/** A message as some version of the product wrote it once, and what it meant. */
export interface GoldenMessage {
  /** `<number>-<what>`. */
  readonly name: string;
  readonly value: Uint8Array;
  /** Its meaning, as protobuf's JSON. */
  readonly meaning: unknown;
}

/** Every kept message of a type of `storey.events.v1`, in the order in which they were added; none for an unknown type. */
export function goldenMessages(type: string): readonly GoldenMessage[] {
  if (!goldenTypes().includes(type)) return [];
  const folder = join(FOLDER, type);
  const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));
  return files.sort().map((file) => ({
    name: file.slice(0, -'.bin'.length),
    value: new Uint8Array(readFileSync(join(folder, file))),
    meaning: JSON.parse(readFileSync(join(folder, file.replace(/bin$/, 'json')), 'utf8')) as unknown,
  }));
}

/** The types of which there are any. */
export const goldenTypes = (): readonly string[] => readdirSync(FOLDER);
