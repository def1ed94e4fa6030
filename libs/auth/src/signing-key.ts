import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';

/** An Ed25519 pair. Its `kid` is the JWK thumbprint (RFC 7638), so equal keys have equal names everywhere. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** One member of the JWKS that verifiers load. Never holds the private part. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

const MAX_KEYS = 100;

export function generateSigningKey(): SigningKey {
  return signingKey(generateKeyPairSync('ed25519').privateKey);
}

/** The pair as JSON, private part included: for the table of signing keys alone. */
export function exportSigningKey({ privateKey }: SigningKey): string {
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
}

/** @throws Error when `text` is not a private Ed25519 JWK. */
export function importSigningKey(text: string): SigningKey {
  return signingKey(createPrivateKey({ key: JSON.parse(text), format: 'jwk' }));
}

export function publicJwk({ kid, publicKey }: SigningKey): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: coordinate(publicKey), kid, alg: 'EdDSA', use: 'sig' };
}

/**
 * The keys of a JWKS by kid; members of other kinds than ours are passed over.
 * @throws Error when one of ours is malformed, or there are more than 100.
 */
export function importJwks(jwks: { readonly keys: readonly unknown[] }): ReadonlyMap<string, KeyObject> {
  if (jwks.keys.length > MAX_KEYS) throw new Error(`The JWKS has more than ${MAX_KEYS} keys.`);
  return new Map(jwks.keys.filter(isOurs).map((jwk) => [jwk.kid, toPublicKey(jwk)]));
}

function isOurs(value: unknown): value is PublicJwk {
  if (typeof value !== 'object' || value === null) return false;
  const { kty, crv, kid } = value as Record<string, unknown>;
  return kty === 'OKP' && crv === 'Ed25519' && typeof kid === 'string';
}

function toPublicKey({ kty, crv, x }: PublicJwk): KeyObject {
  return createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
}

function signingKey(privateKey: KeyObject): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('A signing key must be an Ed25519 key.');
  const publicKey = createPublicKey(privateKey);
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: coordinate(publicKey) });
  return { kid: hash('sha256', members, 'base64url'), privateKey, publicKey };
}

function coordinate(publicKey: KeyObject): string {
  return String(publicKey.export({ format: 'jwk' }).x);
}
