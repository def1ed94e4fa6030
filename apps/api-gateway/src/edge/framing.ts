import { type IncomingMessage } from 'node:http';
import { AppError, invalidRequest } from '@storey/errors';
import { methodNotAllowed } from '@storey/service';
import { type Route } from './routing-table.js';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Headers that decide who is asked and who asks: two of one kind mean that two readers may see two requests. */
const SINGLE = new Set(['host', 'authorization', 'content-length', 'content-type', 'transfer-encoding']);

const MAX_BODY = 1024 * 1024;

/** @throws AppError for a request that other parties on the way could understand otherwise. */
export function checkFraming(request: IncomingMessage): void {
  if (!METHODS.includes(request.method ?? '')) throw methodNotAllowed(METHODS);
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0')
    throw invalidRequest([{ path: '', message: 'must be HTTP/1.1' }]);
  if (request.httpVersion === '1.1' && request.headers.host === undefined)
    throw invalidRequest([{ path: 'header/host', message: 'is missing' }]);
  checkSingle(request.rawHeaders);
}

/** @param raw names and values in turn. */
function checkSingle(raw: readonly string[]): void {
  const seen: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.includes(name)) throw invalidRequest([{ path: `header/${name}`, message: 'stands twice' }]);
    seen.push(name);
  }
}

/** @throws AppError `too_large` by the announced length; what comes in chunks is counted by the BFF. */
export function checkLength(request: IncomingMessage, { maxBody = MAX_BODY }: Route): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length <= maxBody) return;
  throw new AppError({
    kind: 'too_large',
    code: 'COMMON_TOO_LARGE',
    message: 'The body is larger than 1 MiB.',
  });
}
