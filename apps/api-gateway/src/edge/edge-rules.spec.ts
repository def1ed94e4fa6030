import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { budgetOf } from './budget.js';
import { checkFraming, checkLength } from './framing.js';
import { stripForeign } from './headers.js';
import { routeOf } from './routing-table.js';
import { traceIdOf } from './trace.js';

const request = (
  method: string,
  headers: Record<string, string> = {},
  rawHeaders: string[] = [],
  httpVersion = '1.1',
): IncomingMessage =>
  ({ method, headers: { host: 'a', ...headers }, rawHeaders, httpVersion }) as unknown as IncomingMessage;

describe('routeOf', () => {
  it('ends a prefix at a segment', () => {
    expect(routeOf('/admin').bff).toBe('admin-bff');
    expect(routeOf('/admin/nothing').roles).toEqual(['moderator', 'admin']);
    expect(routeOf('/administrator').bff).toBe('web-bff');
    expect(routeOf('/app/v1/reply').bff).toBe('app-bff');
    expect(routeOf('/').bff).toBe('web-bff');
  });
});

describe('budgetOf', () => {
  const page = routeOf('/web/v1/x');

  it('is the smaller of the route and what the client asks for', () => {
    expect(budgetOf(request('GET'), page)).toBe(500);
    expect(budgetOf(request('POST'), page)).toBe(1000);
    expect(budgetOf(request('GET', { 'x-request-timeout-ms': '120' }), page)).toBe(120);
    expect(budgetOf(request('GET', { 'x-request-timeout-ms': '1000000000000' }), page)).toBe(500);
  });

  it.each(['-1', '0', '1.5', '1e3', 'soon', '99999999H'])('refuses %p', (asked) =>
    expect(() => budgetOf(request('GET', { 'x-request-timeout-ms': asked }), page)).toThrow(
      expect.objectContaining({ kind: 'invalid' }),
    ),
  );

  it('does not bound an event stream', () => {
    expect(budgetOf(request('GET', { accept: 'text/event-stream' }), page)).toBe(0);
    expect(budgetOf(request('POST', { accept: 'text/event-stream' }), page)).toBe(1000);
  });
});

describe('checkFraming', () => {
  it.each(['Host', 'Authorization', 'Content-Length', 'Content-Type'])('refuses two %s headers', (name) =>
    expect(() => checkFraming(request('GET', {}, [name, 'a', name.toLowerCase(), 'b']))).toThrow(
      expect.objectContaining({ kind: 'invalid' }),
    ),
  );

  it('wants a Host from HTTP/1.1, and knows no version but 1.0 besides', () => {
    const plain = (httpVersion: string) =>
      ({ method: 'GET', headers: {}, rawHeaders: [], httpVersion }) as unknown as IncomingMessage;
    expect(() => checkFraming(plain('1.0'))).not.toThrow();
    for (const version of ['1.1', '0.9', '2.0'])
      expect(() => checkFraming(plain(version))).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('refuses a method that no route has, and says which there are', () => {
    expect(() => checkFraming(request('TRACE'))).toThrow(
      expect.objectContaining({
        kind: 'method_not_allowed',
        details: { allow: expect.arrayContaining(['GET']) },
      }),
    );
  });

  it('refuses a body that is announced as too large, but for a route that streams', () => {
    const large = request('POST', { 'content-length': String(1024 * 1024 + 1) });
    expect(() => checkLength(large, routeOf('/web/v1/x'))).toThrow(
      expect.objectContaining({ kind: 'too_large' }),
    );
    expect(() => checkLength(large, routeOf('/admin/v1/import'))).not.toThrow();
  });
});

describe('stripForeign', () => {
  it('removes every header that only the edge may set, and no other', () => {
    const headers: Record<string, string> = {
      accept: 'x',
      'idempotency-key': 'k',
      'x-client-date': '2026-01-01',
    };
    const foreign = [
      'x-user-id',
      'x-roles',
      'x-role',
      'x-internal-token',
      'x-forwarded-for',
      'x-forwarded-host',
      'forwarded',
      'x-real-ip',
      'x-client-ip',
      'x-deadline-ms',
      'x-trace-id',
      'x-lane',
      'x-shadow',
      'x-http-method-override',
      'via',
    ];
    for (const name of foreign) headers[name] = 'forged';
    stripForeign({ headers } as unknown as IncomingMessage);
    expect(headers).toEqual({ accept: 'x', 'idempotency-key': 'k', 'x-client-date': '2026-01-01' });
  });
});

describe('traceIdOf', () => {
  it('keeps the id of a well-formed traceparent and makes one otherwise', () => {
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(traceIdOf(`00-${id}-00f067aa0ba902b7-01`)).toBe(id);
    for (const bad of [
      undefined,
      '',
      `00-${id}-00f067aa0ba902b7`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      `ff-${id}-00f067aa0ba902b7-01`,
      '00-XYZ',
    ]) {
      expect(traceIdOf(bad)).toMatch(/^[0-9a-f]{32}$/);
      expect(traceIdOf(bad)).not.toBe(traceIdOf(bad));
    }
  });
});
