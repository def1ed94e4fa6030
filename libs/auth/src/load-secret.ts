import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom, type Random } from '@storey/context';

const SECRET_BYTES = 32;
const NAME = /^[a-z][a-z0-9-]{0,40}$/;

export interface SecretSource {
  /** File name inside `folder`, e.g. `internal`; also what messages call the secret. */
  readonly name: string;
  readonly folder: string;
  /** The secret itself, base64url or hex. */
  readonly given?: string | undefined;
  /** A file that holds it. */
  readonly givenFile?: string | undefined;
  readonly random?: Random;
}

/**
 * A secret of at least 32 bytes: the one that is given, else the one kept in `folder`, made there once. Processes
 * that start together on one folder agree: the first file that is whole wins.
 * @throws Error that names the secret and what is wrong with it, never its value.
 */
export async function loadSecret(source: SecretSource): Promise<Uint8Array> {
  const { name, folder, given, givenFile } = source;
  if (!NAME.test(name)) throw new Error(`"${name}" is no name for a secret.`);
  if (given !== undefined && givenFile !== undefined) {
    throw new Error(`The secret "${name}" is given both as text and as a file; give one.`);
  }
  if (given !== undefined) return parse(name, given);
  if (givenFile !== undefined) return parse(name, await readFile(givenFile, 'utf8'));
  const path = join(folder, name);
  return parse(
    name,
    (await readIfThere(path)) ?? (await create(folder, path, source.random ?? systemRandom)),
  );
}

/** Even-length hex is read as hex, though it would be base64url too. */
function parse(name: string, text: string): Uint8Array {
  const trimmed = text.trim();
  const hex = /^(?:[0-9a-f]{2})+$/i.test(trimmed);
  if (!hex && !/^[A-Za-z0-9_-]+$/.test(trimmed)) {
    throw new Error(`The secret "${name}" must be base64url or hex text.`);
  }
  const bytes = Buffer.from(trimmed, hex ? 'hex' : 'base64url');
  if (bytes.length < SECRET_BYTES) {
    throw new Error(`The secret "${name}" has ${bytes.length} bytes; at least ${SECRET_BYTES} are needed.`);
  }
  return new Uint8Array(bytes);
}

/** Writes beside the final name, then links: the file appears whole or not at all, and never over another. */
async function create(folder: string, path: string, random: Random): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}.draft`;
  try {
    await writeDurably(draft, `${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}\n`);
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
