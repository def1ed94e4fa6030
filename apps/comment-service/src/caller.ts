import { currentContext, type Principal } from '@storey/context';
import { moderates, type Person } from '@storey/comment';
import { roleMissing, signInFirst } from './errors.js';

/** Who calls, as the rules see people. */
export interface Caller extends Person {
  readonly principal: Principal;
}

/** @returns undefined for an anonymous caller. */
export function maybeCaller(): Caller | undefined {
  const { principal } = currentContext();
  return principal && { principal, userId: BigInt(principal.userId), roles: principal.roles };
}

/** @throws AppError 401 */
export function requireCaller(): Caller {
  const caller = maybeCaller();
  if (!caller) throw signInFirst();
  return caller;
}

/** @throws AppError 401, 403 */
export function requireModerator(): Caller {
  const caller = requireCaller();
  if (!moderates(caller)) throw roleMissing();
  return caller;
}

/** @throws AppError 401, 403 */
export function requireAdmin(): Caller {
  const caller = requireCaller();
  if (!caller.roles.includes('admin')) throw roleMissing();
  return caller;
}
