import { afterEach, describe, expect, it } from '@jest/globals';
import { unavailable } from '@storey/errors';
import { Metrics, createLogger } from '@storey/observability';
import { freePort } from '@storey/testing';
import { Health } from './health.js';
import { serveHealth } from './health-server.js';
import { type Platform, type RunningApp } from './platform.js';

describe('serveHealth', () => {
  let server: RunningApp | undefined;
  afterEach(() => server?.close());

  async function serve(health: Health): Promise<string> {
    const port = await freePort();
    const metrics = Metrics.create({ defaults: false });
    metrics.forApp('comment-job').counter('storey_x_total', 'x').add();
    const config = { host: '127.0.0.1', port };
    server = await serveHealth({
      health,
      metrics,
      config,
      logger: createLogger('silent'),
    } as unknown as Platform);
    return `http://127.0.0.1:${port}`;
  }

  it('answers what machines ask an app that has no HTTP of its own', async () => {
    const url = await serve(new Health());
    await expect((await fetch(`${url}/healthz`)).json()).resolves.toEqual({ alive: true });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await expect((await fetch(`${url}/metrics`)).text()).resolves.toContain(
      'storey_x_total{app="comment-job"} 1',
    );
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });

  it('is alive, but not ready, while a part is missing, and says which', async () => {
    const health = new Health();
    health.require('events', async () => Promise.reject(unavailable('away')));
    const url = await serve(health);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
    await expect(ready.json()).resolves.toEqual({ ready: false, parts: { events: 'missing' } });
  });

  it('says in one line that its port is in use', async () => {
    const url = await serve(new Health());
    const config = { host: '127.0.0.1', port: Number(new URL(url).port) };
    await expect(serveHealth({ config } as unknown as Platform)).rejects.toThrow(
      /^Port \d+ on 127\.0\.0\.1 is in use\. Set PORT/,
    );
  });
});
