import { describe, expect, it } from '@jest/globals';
import { ADMIN_BITS, roleBits, rolesOf, rolesTakenAway } from './roles.js';

describe('roles', () => {
  it.each([
    [[], ['user']],
    [['user'], ['user']],
    [
      ['moderator', 'moderator'],
      ['user', 'moderator'],
    ],
    [
      ['admin', 'moderator', 'user'],
      ['user', 'moderator', 'admin'],
    ],
  ])('%j are kept and read as %j', (given, read) => {
    expect(rolesOf(roleBits(given))).toEqual(read);
  });

  it('are no other words', () => {
    expect(() => roleBits(['root'])).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it.each([
    [['moderator'], ['admin'], true],
    [['moderator'], ['moderator', 'admin'], false],
    [['admin'], [], true],
    [[], [], false],
  ])('from %j to %j takes something away: %p', (before, after, taken) => {
    expect(rolesTakenAway(roleBits(before), roleBits(after))).toBe(taken);
  });

  it('of an administrator are found by their column', () => {
    const all = [[], ['moderator'], ['admin'], ['moderator', 'admin']].map(roleBits);
    expect(all.filter((bits) => rolesOf(bits).includes('admin'))).toEqual(ADMIN_BITS);
  });
});
