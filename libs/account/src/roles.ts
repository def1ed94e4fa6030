import { type Role } from '@storey/context';
import { invalidRequest } from '@storey/errors';

/** Every user is a `user`; the others are bits, so that an index finds the administrators. */
const BITS = { moderator: 1, admin: 2 } as const;

/** Each value of the column in which the admin bit is set. */
export const ADMIN_BITS: readonly number[] = [BITS.admin, BITS.admin | BITS.moderator];

/** `user` first, whatever is stored. */
export function rolesOf(bits: number): readonly Role[] {
  const granted = (['moderator', 'admin'] as const).filter((role) => (bits & BITS[role]) !== 0);
  return ['user', ...granted];
}

/** `user` may be left out: nobody loses it. @throws AppError `invalid` for a word that is no role. */
export function roleBits(roles: readonly string[]): number {
  return roles.reduce((bits, role) => bits | bitOf(role), 0);
}

/** Whether `before` holds a role that `after` does not. */
export const rolesTakenAway = (before: number, after: number): boolean => (before & ~after) !== 0;

function bitOf(role: string): number {
  if (role === 'user') return 0;
  if (role === 'moderator' || role === 'admin') return BITS[role];
  throw invalidRequest([{ path: '/roles', message: 'must be of user, moderator, admin' }]);
}
