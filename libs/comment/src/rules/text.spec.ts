import { describe, expect, it } from '@jest/globals';
import { checkText, countGraphemes } from '../index.js';

const malformed = { kind: 'invalid', code: 'COMMON_REQUEST_INVALID' };
const invalid = { kind: 'unprocessable', code: 'COMMENT_TEXT_INVALID' };

function refusal(text: string): unknown {
  try {
    return checkText(text);
  } catch (error) {
    return error;
  }
}

describe('checkText', () => {
  it.each([
    ['  spaces around \n', 'spaces around'],
    ['\ufeffbyte order mark', 'byte order mark'],
    ['line\nline\ttab', 'line\nline\ttab'],
    ['family 👨‍👩‍👧‍👦 𠮷 盖楼', 'family 👨‍👩‍👧‍👦 𠮷 盖楼'],
    ['right \u202eto left', 'right \u202eto left'],
    ['a' + '\u0301'.repeat(200), 'a' + '\u0301'.repeat(200)],
    ['🏳️‍🌈', '🏳️‍🌈'],
  ])('takes %j as %j', (raw, text) => {
    expect(checkText(raw)).toBe(text);
  });

  it.each(['a\0b', '\u0007', 'a\rb', '\u001b[31m', '\u007f', '\u0085', '\u009f', '\ud800', 'a\udc00b'])(
    'refuses %j as malformed',
    (text) => {
      expect(refusal(text)).toMatchObject(malformed);
    },
  );

  it.each(['', '  \n ', '\u200b\u200b', '\u2060\u00ad', '\u3164', '\u200d\u200d', '\u0301', '\u2800'])(
    'refuses %j, which nobody can read',
    (text) => {
      expect(refusal(text)).toMatchObject(invalid);
    },
  );

  it.each(['a', '👨‍👩‍👧‍👦', 'e\u0301', '한'])('counts 2,000 times %s as people do', (one) => {
    expect(checkText(one.repeat(2_000))).toHaveLength(one.length * 2_000);
    expect(refusal(one.repeat(2_001))).toMatchObject(invalid);
  });

  it('takes up to 64 KiB in UTF-8', () => {
    const marks = (bytes: number): string => `aa${'\u0301'.repeat((bytes - 2) / 2)}`;
    expect(checkText(marks(65_536))).toHaveLength(2 + 32_767);
    expect(refusal(marks(65_538))).toMatchObject(invalid);
  });
});

describe('countGraphemes', () => {
  it('stops once it is beyond the bound', () => {
    expect(countGraphemes('abcdef', 3)).toBe(4);
    expect(countGraphemes('abcdef')).toBe(6);
  });
});
