import { createServer, type ServerResponse } from 'node:http';
import { listen } from './listen.js';
import { type Platform, type RunningApp } from './platform.js';

/** Answers `/healthz`, `/readyz` and `/metrics` for an app that has no HTTP of its own. */
export async function serveHealth({ health, metrics, config, logger }: Platform): Promise<RunningApp> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    answerHealth(request.url ?? '/', { health, metrics }).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        logger.error('health check failed', error);
        send(response, { status: 500, type: 'text/plain', body: '' });
      },
    );
  });
  await listen(server, config);
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export interface HealthAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** @returns 404 for any other path. */
export async function answerHealth(
  path: string,
  { health, metrics }: Pick<Platform, 'health' | 'metrics'>,
): Promise<HealthAnswer> {
  if (path === '/healthz') return json(200, { alive: true });
  if (path === '/metrics')
    return { status: 200, type: 'text/plain; version=0.0.4', body: await metrics.text() };
  if (path !== '/readyz') return json(404, {});
  const readiness = await health.readiness();
  return json(readiness.ready ? 200 : 503, readiness);
}

const json = (status: number, value: unknown): HealthAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

function send(response: ServerResponse, { status, type, body }: HealthAnswer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': '1' }),
  });
  response.end(body);
}
