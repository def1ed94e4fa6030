import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '@storey/errors';

/** What a hash costs. OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
export interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

export const COST: Cost = { memoryKib: 19_456, passes: 2, lanes: 1 };
export const SALT_BYTES = 16;
const HASH_BYTES = 32;

const derive = promisify(argon2);

/** RFC 9106, in another thread. */
export function argon2id(password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  return derive('argon2id', {
    message: password,
    nonce: salt,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: HASH_BYTES,
  });
}

export interface StoredHash {
  readonly cost: Cost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`, as others write it. */
export function toPhc({ cost, salt, hash }: StoredHash): string {
  const { memoryKib, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(hash)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** @throws AppError `internal` for what `toPhc` never wrote. */
export function fromPhc(text: string): StoredHash {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(text) ?? [];
  if (salt === undefined || hash === undefined) {
    throw new AppError({
      kind: 'internal',
      code: 'COMMON_INTERNAL',
      message: 'A stored password hash is unreadable.',
    });
  }
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
