import { describe, expect, it } from '@jest/globals';
import { type Principal, type Role } from '@storey/context';
import { requireRole } from './identity.js';

const STAFF: readonly Role[] = ['moderator', 'admin'];
const someone = (...roles: Role[]): Principal => ({ userId: '1', sessionId: '2', roles, level: 6 });
const required = { kind: 'unauthenticated', code: 'GATEWAY_TOKEN_REQUIRED' };
const forbidden = { kind: 'forbidden', code: 'GATEWAY_FORBIDDEN' };

/** @returns what was thrown, if anything. */
function thrown(principal: Principal | undefined, roles: readonly Role[] | undefined): unknown {
  try {
    requireRole(principal, roles);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('requireRole', () => {
  it('lets everyone in where no role is asked for', () => {
    expect(thrown(undefined, undefined)).toBeUndefined();
    expect(thrown(someone('user'), undefined)).toBeUndefined();
  });

  it('asks the anonymous to sign in', () => {
    expect(thrown(undefined, STAFF)).toMatchObject(required);
  });

  it('forbids whoever has none of the roles, also when none would do', () => {
    expect(thrown(someone('user'), STAFF)).toMatchObject(forbidden);
    expect(thrown(someone(), STAFF)).toMatchObject(forbidden);
    expect(thrown(someone('user', 'moderator', 'admin'), [])).toMatchObject(forbidden);
  });

  it('lets in whoever has one of the roles', () => {
    expect(thrown(someone('user', 'moderator'), STAFF)).toBeUndefined();
    expect(thrown(someone('admin'), STAFF)).toBeUndefined();
    expect(thrown(someone('user', 'moderator'), ['admin'])).toMatchObject(forbidden);
  });
});
