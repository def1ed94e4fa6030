import { invalidRequest, notFound } from '@storey/errors';

/** Paths that have no other spelling than this one; most have. No segment begins with a dot. */
const PLAIN = /^(?:\/[\w-][\w.-]*)+$/;

/**
 * One spelling for each path, so that routing, guards and the BFF judge the same text: every segment is decoded once and
 * encoded again. @throws AppError `invalid` for what can't be decoded, `not_found` for empty or dot segments, for
 * separators in disguise and for what is no path (`*`, `http://…`).
 */
export function canonicalPath(path: string): string {
  if (PLAIN.test(path)) return path;
  if (!path.startsWith('/')) throw notFound();
  const segments = path.split('/').slice(1).map(canonicalSegment);
  const inner = segments.slice(0, -1);
  if (inner.includes('') || segments.some((segment) => segment === '.' || segment === '..')) throw notFound();
  return `/${segments.join('/')}`;
}

function canonicalSegment(segment: string): string {
  const text = decode(segment);
  if (hasControl(text)) throw invalidRequest([{ path: 'path', message: 'has a control character' }]);
  if (/[/\\]/.test(text)) throw notFound();
  return encodeURIComponent(text).replace(/%(?:40|3A|2B|2C|24|3D|26)/g, decodeURIComponent);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw invalidRequest([{ path: 'path', message: 'is not valid percent-encoded UTF-8' }], error);
  }
}

const hasControl = (text: string): boolean => [...text].some((char) => char < ' ' || char === '\u007f');
