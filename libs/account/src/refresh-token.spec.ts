import { describe, expect, it } from '@jest/globals';
import { systemRandom } from '@storey/context';
import { newRefreshToken, parseRefreshToken } from './refresh-token.js';

describe('refresh tokens', () => {
  it.each([1n, 2n ** 62n, 2n ** 63n - 1n])('of session %p are read as they were made', (id) => {
    const token = newRefreshToken(id, systemRandom);
    expect(parseRefreshToken(token.text)).toEqual(token);
    expect(token.sessionId).toBe(id);
  });

  it('of one session share a family and nothing else', () => {
    const first = newRefreshToken(1n, systemRandom);
    const next = newRefreshToken(1n, systemRandom, first);
    expect(next.familyHash).toBe(first.familyHash);
    expect(next.ownHash).not.toBe(first.ownHash);
    expect(newRefreshToken(1n, systemRandom).familyHash).not.toBe(first.familyHash);
  });

  it('have one spelling', () => {
    const { text } = newRefreshToken(1n, systemRandom);
    const last = text.slice(-1);
    const other = String.fromCharCode(last.charCodeAt(0) + 1);
    const others = [`${text.slice(0, -1)}${other}`, `${text}=`, ` ${text}`, text.slice(1), ''];
    expect(others.map(parseRefreshToken)).toEqual(others.map(() => undefined));
  });
});
