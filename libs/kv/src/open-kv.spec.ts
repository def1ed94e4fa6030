import { describe, expect, it } from '@jest/globals';
import { openKv } from './open-kv.js';

describe('openKv', () => {
  it.each([
    ['redis', 'not a URL'],
    ['rediss://host?db=1', 'no setting db'],
    ['rediss://host?ca=/nowhere/ca.pem', 'cannot be read'],
    ['ftp://host', 'no key-value store is known for ftp:'],
    ['file:relative/state.kv', 'absolute path'],
    ['file://host/state.kv', 'absolute path'],
    ['file:/', 'absolute path'],
    ['file:/folder/', 'absolute path'],
    ['memory:?maxbytes=1mb', 'no setting maxbytes'],
    ['memory:?maxBytes=1tb', 'maxBytes must be'],
    ['memory:?maxBytes=0', 'maxBytes must be'],
  ])('refuses %p and says why', async (url, reason) => {
    await expect(openKv(url)).rejects.toMatchObject({
      code: 'KV_URL_INVALID',
      message: expect.stringContaining(reason),
    });
  });

  it('keeps no state in a store that forgets to make room', async () => {
    await expect(openKv('memory:', { mayEvict: false })).rejects.toMatchObject({
      code: 'KV_SERVER_UNFIT',
      message: expect.stringContaining('maxmemory-policy noeviction'),
    });
  });
});
