import { type Redis } from 'ioredis';
import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl } from './redis-url.js';
import { checkServers } from './server-check.js';

const info = (part: Readonly<Record<string, string>>): string =>
  Object.entries({ redis_version: '8.0.1', maxmemory_policy: 'noeviction', cluster_enabled: '0', ...part })
    .map(([name, value]) => `${name}:${value}`)
    .join('\r\n');

/** Servers that say no more than their INFO. */
const serversThatSay = (...texts: readonly string[]) => ({
  everywhere: <T>(ask: (server: Redis) => Promise<T>) =>
    Promise.all(texts.map((text) => ask({ info: async () => text } as unknown as Redis))),
});

describe('checkServers', () => {
  const place = parseRedisUrl('redis://cache:1');

  it('wants version 7 or newer, of every server', async () => {
    expect(await checkServers(serversThatSay(info({ redis_version: '7.0.0' })), place)).toBe(false);
    const mixed = serversThatSay(info({}), info({ redis_version: '6.2.14' }));
    await expect(checkServers(mixed, place)).rejects.toMatchObject({
      code: 'KV_SERVER_UNFIT',
      message: 'The key-value store at cache:1 runs version 6.2.14; 7.0 or newer is needed.',
    });
  });

  it('takes one server that evicts, or does not say, for all', async () => {
    expect(await checkServers(serversThatSay(info({}), info({})), place)).toBe(false);
    expect(
      await checkServers(serversThatSay(info({}), info({ maxmemory_policy: 'volatile-lru' })), place),
    ).toBe(true);
    expect(await checkServers(serversThatSay('redis_version:8.0.1'), place)).toBe(true);
  });

  it('wants the URL of a cluster for part of one', async () => {
    const part = serversThatSay(info({ cluster_enabled: '1' }));
    await expect(checkServers(part, place)).rejects.toMatchObject({ code: 'KV_SERVER_UNFIT' });
    expect(await checkServers(part, parseRedisUrl('redis+cluster://cache:1'))).toBe(false);
  });
});
