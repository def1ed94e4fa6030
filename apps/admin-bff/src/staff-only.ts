import { type Principal, type Role } from '@storey/context';
import { AppError } from '@storey/errors';
import { contextOf } from '@storey/service';
import { type FastifyInstance } from 'fastify';

/**
 * Nobody but moderators and administrators learns anything here, not even which paths there are: asked before routing. Must be added after
 * the hook that finds out who asks.
 */
export function useStaffOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(refusal(contextOf(request).principal, ['moderator', 'admin']));
  });
}

/** @returns why this caller may not go on: 401 to the anonymous, 403 to who has none of the roles. */
export function refusal(principal: Principal | undefined, roles: readonly Role[]): AppError | undefined {
  if (!principal) {
    return new AppError({
      kind: 'unauthenticated',
      code: 'GATEWAY_TOKEN_REQUIRED',
      message: 'Sign in first.',
    });
  }
  if (roles.some((role) => principal.roles.includes(role))) return undefined;
  return new AppError({
    kind: 'forbidden',
    code: 'GATEWAY_FORBIDDEN',
    message: 'Your role does not allow this.',
  });
}
