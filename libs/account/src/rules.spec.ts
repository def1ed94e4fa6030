import { describe, expect, it } from '@jest/globals';
import { avatarUrl, displayName, email, importedDisplayName, password, username } from './rules.js';

const invalid = (path: string) =>
  expect.objectContaining({ kind: 'invalid', details: { errors: [expect.objectContaining({ path })] } });

describe('username', () => {
  it.each([
    ['Alice', 'alice'],
    ['a_1', 'a_1'],
    ['X'.repeat(32), 'x'.repeat(32)],
  ])('%s is kept as %s', (text, kept) => {
    expect(username(text)).toBe(kept);
  });

  it.each(['', 'ab', 'x'.repeat(33), 'a b', 'a-b', 'ａｂｃ', 'аbс', 'İstanbul', 'abc\n'])(
    '%j is none',
    (text) => {
      expect(() => username(text)).toThrow(invalid('/username'));
    },
  );
});

describe('password', () => {
  it.each(['x'.repeat(8), 'x'.repeat(128), '😀'.repeat(8), '密码密码密码密码', ' '.repeat(8)])(
    '%j is one',
    (text) => {
      expect(password(text)).toBe(text);
    },
  );

  it.each(['', 'x'.repeat(7), '😀'.repeat(7), 'x'.repeat(129)])('%j is none', (text) => {
    expect(() => password(text)).toThrow(invalid('/password'));
  });

  it('is the same in either spelling of a letter', () => {
    expect(password('cafe\u0301 cre\u0300me')).toBe(password('café crème'));
  });
});

describe('displayName', () => {
  it.each([
    ['  Ann ', 'Ann'],
    ['👨‍👩‍👧‍👦'.repeat(20), '👨‍👩‍👧‍👦'.repeat(20)],
    ['画'.repeat(50), '画'.repeat(50)],
  ])('%j is kept as %j', (text, kept) => {
    expect(displayName(text)).toBe(kept);
  });

  it.each(['', '  ', 'x'.repeat(51), 'a\u0000b', 'a\nb', 'a\u202eb', `a${'\u0301'.repeat(600)}`])(
    '%j is none',
    (text) => {
      expect(() => displayName(text)).toThrow(invalid('/displayName'));
    },
  );
});

describe('importedDisplayName', () => {
  it.each([
    ['Ann\tLee', 'Ann Lee'],
    ['', 'unknown'],
    ['\u0007\u202e', 'unknown'],
    ['x'.repeat(99), 'x'.repeat(50)],
    [`${'x'.repeat(499)}😀`.replaceAll('x', '\u0301'), expect.any(String)],
    ['a\ud800', 'a\ufffd'],
  ])('of %j is %j', (text, kept) => {
    const name = importedDisplayName(text);
    expect(name).toEqual(kept);
    expect(displayName(name)).toBe(name);
  });
});

describe('avatarUrl', () => {
  it.each(['', 'https://example.org/a.png', 'http://example.org', `https://x.org/${'y'.repeat(2034)}`])(
    '%s is one',
    (text) => {
      expect(avatarUrl(text)).toBe(text);
    },
  );

  it.each([
    'x',
    '//x.org',
    'data:image/png;base64,AA',
    'javascript:alert(1)',
    'https://x y',
    `https://x.org/${'y'.repeat(2035)}`,
  ])('%s is none', (text) => {
    expect(() => avatarUrl(text)).toThrow(invalid('/avatarUrl'));
  });
});

describe('email', () => {
  it.each(['', 'a@b', 'ann.lee+x@example.org'])('%j is one', (text) => {
    expect(email(text)).toBe(text);
  });

  it.each(['a', 'a@', '@b', 'a@b@c', 'a b@c', `${'x'.repeat(65)}@y`, `x@${'y'.repeat(253)}`])(
    '%j is none',
    (text) => {
      expect(() => email(text)).toThrow(invalid('/email'));
    },
  );
});
