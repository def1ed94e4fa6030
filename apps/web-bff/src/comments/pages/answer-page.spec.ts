import { type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { answerPage } from './answer-page.js';

/** What is written, where the edge has said `vary` already. */
function answered(vary: string | undefined, headers: Record<string, string> = {}) {
  const written: unknown[] = [];
  const response = {
    getHeader: () => vary,
    writeHead: (status: number, head: object) => (written.push(status, head), response),
    end: (bytes?: Buffer) => written.push(bytes),
  } as unknown as ServerResponse;
  const request = { method: 'GET', headers } as unknown as IncomingMessage;
  answerPage(request, response, { text: '{}', etag: 'W/"a"' });
  return written;
}

describe('answerPage', () => {
  it.each([
    [undefined, 'authorization, accept-encoding'],
    ['origin', 'origin, authorization, accept-encoding'],
  ])('varies beside %j by who asks and what he can read', (before, vary) => {
    expect(answered(before)).toEqual([200, expect.objectContaining({ vary }), '{}']);
    expect(answered(before, { 'if-none-match': '"a"' })).toEqual([
      304,
      { etag: 'W/"a"', vary, 'cache-control': 'private, no-cache' },
      undefined,
    ]);
  });
});
