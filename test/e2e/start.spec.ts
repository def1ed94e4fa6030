import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess, temporaryFolder } from '@storey/testing';
import { Product } from '../support/product.js';
import { ownProcessOnly } from '../support/topology/topology.js';

const main = (app: string): string =>
  fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url));

/** What a person who starts it wrongly is told, and how it ends. */
async function failing(
  app: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stderr: readonly string[] }> {
  using folder = temporaryFolder();
  await using child = await startProcess(process.execPath, [main(app)], {
    env: { DATA_DIR: folder.path, PORT: '0', LOG_LEVEL: 'warn', ...env },
  });
  const { code } = await child.exited;
  return { code, stderr: child.stderr.all.filter((line) => line !== '') };
}

describe('starting', () => {
  let product: Product;
  beforeAll(async () => {
    product = await Product.start();
  }, 60_000);
  afterAll(() => product[Symbol.asyncDispose]());

  it('answers to machines', async () => {
    await expect((await fetch(`${product.url}/healthz`)).json()).resolves.toEqual({ alive: true });
    const ready = await (await fetch(`${product.url}/readyz`)).json();
    expect(ready).toMatchObject({
      ready: true,
      parts: { 'kv-state': 'ok', revocations: 'ok', 'web-bff': 'ok' },
    });
    await fetch(`${product.url}/web/v1/subjects/video/1/counts`);
    await expect(product.metrics()).resolves.toContain('app="api-gateway"');
  });

  ownProcessOnly('containers share no folder').it('says in one line that the folder is in use', async () => {
    const { code, stderr } = await failing('standalone', { DATA_DIR: product.folder.path });
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringMatching(/DATA_DIR .* is in use by another process/)]);
  });

  it('says in one line that the port is in use', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) =>
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port)),
    );
    const { code, stderr } = await failing('standalone', { PORT: String(port) });
    blocker.close();
    expect(code).toBe(1);
    expect(stderr).toEqual([
      expect.stringContaining(`Port ${port} on 127.0.0.1 is in use. Set PORT to a free one.`),
    ]);
  });

  it('lists every wrong setting at once', async () => {
    const { code, stderr } = await failing('standalone', { PORT: 'x', LOG_LEVEL: 'loud', STOREY_PROT: '1' });
    expect(code).toBe(1);
    expect(stderr.join('\n')).toMatch(/Wrong settings:[^]*STOREY_PROT[^]*PORT[^]*LOG_LEVEL/);
    expect(stderr.join('\n')).not.toMatch(/ at .*\.js/);
  });

  it('refuses fault points in production', async () => {
    const { code, stderr } = await failing('standalone', { KILL_AT: 'job.tx:1', NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringContaining('KILL_AT')]);
  });

  it.each([
    'api-gateway',
    'web-bff',
    'app-bff',
    'admin-bff',
    'account-service',
    'comment-service',
    'comment-job',
    'history-service',
    'history-job',
  ])('%s alone on single-process adapters names the settings that it needs', async (app) => {
    const { code, stderr } = await failing(app, {});
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringMatching(/needs its peers, but [A-Z_]+=\S+/)]);
  });

  ownProcessOnly('signals a process').it(
    'ends cleanly on SIGINT and lets go of its folder, also after kill -9',
    async () => {
      await using other = await Product.start();
      await expect(other.process.kill('SIGINT')).resolves.toMatchObject({ code: 0 });
      await other.begin();
      await other.crash();
      await expect((await fetch(`${other.url}/healthz`)).json()).resolves.toEqual({ alive: true });
    },
    60_000,
  );
});
