import { type IncomingMessage } from 'node:http';
import { tokenInvalid, type AccessTokenVerifier } from '@storey/auth';
import { type Principal, type Role } from '@storey/context';
import { AppError } from '@storey/errors';
import { type Revocations } from './revocations.js';

/** Who sends a request, by its access token. */
export class Identity {
  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly revocations: Pick<Revocations, 'isRevoked'>,
  ) {}

  /** @returns `undefined` for an anonymous caller. @throws AppError `unauthenticated` for any token that is not good. */
  async of({ headers }: IncomingMessage): Promise<Principal | undefined> {
    const { authorization } = headers;
    if (authorization === undefined) return undefined;
    if (!/^Bearer /i.test(authorization)) throw tokenInvalid();
    const token = authorization.slice('Bearer '.length);
    const { principal, issuedAtMs } = this.verifier.known(token) ?? (await this.verifier.verify(token));
    if (this.revocations.isRevoked(principal.sessionId, principal.userId, issuedAtMs)) throw tokenInvalid();
    return principal;
  }
}

/** @throws AppError 401 to the anonymous, 403 to a user with none of the roles. */
export function requireRole(principal: Principal | undefined, roles: readonly Role[] | undefined): void {
  if (!roles) return;
  if (!principal) throw tokenRequired();
  if (roles.some((role) => principal.roles.includes(role))) return;
  throw new AppError({
    kind: 'forbidden',
    code: 'GATEWAY_FORBIDDEN',
    message: 'Your role does not allow this.',
  });
}

const tokenRequired = (): AppError =>
  new AppError({ kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED', message: 'Sign in first.' });
