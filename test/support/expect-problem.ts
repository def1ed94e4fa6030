import { expect } from '@jest/globals';

/** What of an answer a problem is judged by; a `Client`'s answer and a wire's both have it. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const CODE = /^(?:COMMON|GATEWAY|ACCOUNT|COMMENT|HISTORY)_[A-Z_]+$/;

/** What a stranger must never be shown: stacks, sources, SQL, files and addresses of the machine. */
const INSIDES = [
  /\bat \S+ ?\(/,
  /\.[jt]s:\d/,
  /node_modules|node:internal|file:\/\//,
  /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(?:FROM|VALUES|SET|WHERE)\b/,
  /sqlite|kysely|fastify|nestjs|zod/i,
  /(?:^|["\s])\/(?:work|home|tmp|root|var|usr|opt)\//,
  /\blocalhost\b|127\.0\.0\.1|ECONN|ENOENT|FST_/,
];

/**
 * An error answer as the contract has it: problem+json that agrees with its status line, with a known code and the trace id
 * of the header, the headers that belong to its status, and nothing of our insides.
 */
export function expectProblem(answer: Answered, status: number | readonly number[], code?: string): void {
  const said = `${answer.status} ${answer.text.slice(0, 500)}`;
  if (!([status].flat() as number[]).includes(answer.status)) expect(said).toBe(`${String(status)} ${code}`);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = JSON.parse(answer.text) as Record<string, unknown>;
  expect(problem).toMatchObject({
    status: answer.status,
    code: code ?? expect.stringMatching(CODE),
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(problem.traceId).toBe(answer.headers.get('x-trace-id'));
  expectErrorHeaders(answer);
  expectNoInsides(answer.text);
}

function expectErrorHeaders({ status, headers }: Answered): void {
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
  if (status === 401) expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  if (status === 405) expect(headers.get('allow')).toMatch(/[A-Z]/);
  if (status === 429 || status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
}

/** `instance` only says the caller's own path again. */
export function expectNoInsides(text: string): void {
  const shown = text.replace(/"instance":"(?:[^"\\]|\\.)*"/, '');
  for (const pattern of INSIDES) expect(shown).not.toMatch(pattern);
}
