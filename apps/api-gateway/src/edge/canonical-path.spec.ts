import { describe, expect, it } from '@jest/globals';
import { canonicalPath } from './canonical-path.js';

describe('canonicalPath', () => {
  it.each([
    ['/', '/'],
    ['/web/v1/x', '/web/v1/x'],
    ['/assets/a.b-c_d.js', '/assets/a.b-c_d.js'],
    ['/%61dmin/v1', '/admin/v1'],
    ['/users/@me', '/users/@me'],
    ['/a/%E7%AC%AC', '/a/%E7%AC%AC'],
    ['/a/', '/a/'],
    ['/a;x=1', '/a%3Bx=1'],
  ])('spells %s as %s', (path, canonical) => expect(canonicalPath(path)).toBe(canonical));

  it('gives its own output back unchanged', () => {
    for (const path of ['/a;x=1', '/a b', '/é', '/a%25b']) {
      const once = canonicalPath(path);
      expect(canonicalPath(once)).toBe(once);
    }
  });

  it.each([
    '//admin',
    '/a//b',
    '/./a',
    '/a/..',
    '/a/%2e%2e/b',
    '/a/%2e',
    '/a/.',
    '/a/../b',
    '/admin%2fx',
    '/a%5cb',
    '*',
    '*/admin',
    'http://a/admin',
  ])('has nothing at %s', (path) =>
    expect(() => canonicalPath(path)).toThrow(expect.objectContaining({ kind: 'not_found' })),
  );

  it.each(['/%E0%A4%A', '/a%00', '/%', '/a%0d%0ab'])('refuses %s', (path) =>
    expect(() => canonicalPath(path)).toThrow(expect.objectContaining({ kind: 'invalid' })),
  );
});
