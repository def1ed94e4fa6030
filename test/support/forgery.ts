import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

export type Claims = Readonly<Record<string, unknown>>;

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

export interface TokenParts {
  readonly header: Claims;
  readonly payload: Claims;
}

/** What a token says. */
export function open(token: string): TokenParts {
  const [header, payload] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims);
  return { header: header ?? {}, payload: payload ?? {} };
}

type Signer = (input: string) => Buffer;

export function forge({ header, payload }: TokenParts, signer: Signer): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}

export const hs256 =
  (secret: string | Uint8Array): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

export const ed25519 =
  (key: KeyObject): Signer =>
  (input) =>
    sign(null, Buffer.from(input), key);

/** The product's own signing key, as a thief of its folder has it: what shows that claims are judged, not only signatures. */
export function stolenKey(folder: string): KeyObject {
  const database = new DatabaseSync(join(folder, 'account.db'), { readOnly: true });
  try {
    const row = database.prepare("SELECT private_jwk FROM signing_key WHERE state = 'active'").get();
    return createPrivateKey({ key: JSON.parse(String(row?.['private_jwk'])), format: 'jwk' });
  } finally {
    database.close();
  }
}

/** The secret that our processes sign tokens for each other with. */
export const stolenInternalSecret = (folder: string): Uint8Array =>
  Buffer.from(readFileSync(join(folder, 'secrets', 'internal'), 'utf8').trim(), 'base64url');
