import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadConfig } from '@storey/config';
import { noFaults } from '@storey/context';
import { openPlatform, platformConfig, type Platform } from '@storey/service';
import { config, start, type RunningProduct } from '@storey/standalone';
import { temporaryFolder } from '@storey/testing';
import { Client } from '../support/client.js';
import { embeddedOnly } from '../support/topology/topology.js';

/** The product inside this process, so that what it counts can be looked at. */
embeddedOnly('counts inside of one process').describe('a signed-in reader', () => {
  const folder = temporaryFolder();
  let platform: Platform;
  let product: RunningProduct;
  let reader: Client;

  beforeAll(async () => {
    const env = {
      PORT: '0',
      DATA_DIR: folder.path,
      LIMITS: 'off',
      LOG_LEVEL: 'error',
      ADMIN_USERNAME: 'root',
      ADMIN_PASSWORD: 'a good password',
    };
    const settings = loadConfig({ ...platformConfig, ...config }, env);
    platform = await openPlatform({ config: settings, folder: folder.path, faultPoint: noFaults });
    product = await start(settings, platform);
    reader = await new Client(() => `http://127.0.0.1:${product.port}`).register();
  }, 60_000);
  afterAll(async () => {
    await product.close();
    await platform.ports.close();
    folder.remove();
  });

  const PATHS = [
    '/auth/v1/me',
    '/web/v1/subjects/video/1/comments',
    '/web/v1/notifications',
    '/web/v1/history',
    '/app/v1/reply?type=video&oid=1',
  ];
  const readAll = async (): Promise<void> => {
    for (const path of PATHS) expect((await reader.get(path)).status).toBe(200);
  };

  it('costs one token for each audience, not one for each request', async () => {
    const before = { minted: platform.tokens.minted, verified: platform.tokens.verified };
    await readAll();
    // web-bff, app-bff, account, comment, history: as reader, and what the gateway asks on its own behalf.
    expect(platform.tokens.minted - before.minted).toBeLessThanOrEqual(6);
    expect(platform.tokens.verified - before.verified).toBeLessThanOrEqual(6);

    const warm = { minted: platform.tokens.minted, verified: platform.tokens.verified };
    for (let i = 0; i < 10; i += 1) await readAll();
    expect({ minted: platform.tokens.minted, verified: platform.tokens.verified }).toEqual(warm);
  }, 30_000);
});
