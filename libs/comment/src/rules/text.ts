import { AppError, invalidRequest } from '@storey/errors';

export const MAX_GRAPHEMES = 2_000;
export const MAX_BYTES = 64 * 1024;

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Something that leaves ink: no space, nothing that is only there to steer its neighbours. */
const INK = /[^\s\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The text of a comment as it is stored: trimmed, otherwise untouched.
 * @throws AppError 400 COMMON_REQUEST_INVALID for control characters and half surrogate pairs, 422
 * COMMENT_TEXT_INVALID for nothing to read and for more than 2,000 characters as people count them, or 64 KiB.
 */
export function checkText(raw: string): string {
  if (!raw.isWellFormed()) throw malformed('has half a surrogate pair');
  if (CONTROL.test(raw)) throw malformed('has control characters other than newline and tab');
  const text = raw.trim();
  if (!INK.test(text)) throw textInvalid('There is nothing to read in it.');
  if (Buffer.byteLength(text) > MAX_BYTES) throw textInvalid(`It is longer than ${MAX_BYTES} bytes.`);
  if (text.length > MAX_GRAPHEMES && countGraphemes(text, MAX_GRAPHEMES) > MAX_GRAPHEMES) {
    throw textInvalid(`It is longer than ${MAX_GRAPHEMES} characters.`);
  }
  return text;
}

/** Characters as a reader counts them (UAX #29); stops at `atMost` + 1. */
export function countGraphemes(text: string, atMost = Number.MAX_SAFE_INTEGER): number {
  if (text.length <= 1) return text.length;
  let count = 0;
  for (const _ of segmenter.segment(text)) {
    count += 1;
    if (count > atMost) break;
  }
  return count;
}

const malformed = (message: string): AppError => invalidRequest([{ path: '/text', message }]);

const textInvalid = (message: string): AppError =>
  new AppError({
    kind: 'unprocessable',
    code: 'COMMENT_TEXT_INVALID',
    message: `The text can't be published. ${message}`,
    details: { errors: [{ path: '/text', message }] },
  });
