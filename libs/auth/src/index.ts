export { InternalTokens } from './internal-tokens.js';
export type { InternalTokensOptions } from './internal-tokens.js';
export { ACCESS_TOKEN, signAccessToken } from './access-tokens.js';
export type { AccessTokenInit } from './access-tokens.js';
export { AccessTokenVerifier } from './access-token-verifier.js';
export type { AccessClaims, AccessTokenVerifierOptions } from './access-token-verifier.js';
export {
  exportSigningKey,
  generateSigningKey,
  importJwks,
  importSigningKey,
  publicJwk,
} from './signing-key.js';
export type { PublicJwk, SigningKey } from './signing-key.js';
export { CursorSealer } from './cursor-sealer.js';
export { loadSecret } from './load-secret.js';
export type { SecretSource } from './load-secret.js';
export { tokenInvalid } from './token-invalid.js';
