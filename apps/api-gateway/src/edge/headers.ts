import { type IncomingMessage, type ServerResponse } from 'node:http';

const FORBIDDEN =
  /^(?:x-user|x-role|x-internal|x-forwarded|x-real|x-client-ip|x-deadline|x-trace|x-lane|x-shadow|x-http-method|forwarded$|via$)/;

/** Removes what only this edge may say: identities, forwarding, lanes, method overrides. */
export function stripForeign({ headers }: IncomingMessage): void {
  for (const name of Object.keys(headers)) if (FORBIDDEN.test(name)) delete headers[name];
}

const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

const ALWAYS = Object.entries(SECURITY);

/** What stands on every answer. */
export const securityHeaders = (traceId: string): Readonly<Record<string, string>> => ({
  ...SECURITY,
  'x-trace-id': traceId,
});

/** HSTS only where the last trusted hop says that the client spoke TLS. */
export function setSecurityHeaders(response: ServerResponse, traceId: string, tls: boolean): void {
  for (const [name, value] of ALWAYS) response.setHeader(name, value);
  response.setHeader('x-trace-id', traceId);
  if (tls) response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
}
