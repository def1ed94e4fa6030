import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Kv } from '@storey/kv';
import { openSharedCache } from './shared-cache.js';

const itself = (kv: Kv): Kv => kv;

describe('a cache by its URL', () => {
  it('is the one store that it names, as it is seen', async () => {
    const opened: Kv[] = [];
    const cache = await openSharedCache('memory:', { clock: new FakeClock() }, (kv) => {
      opened.push(kv);
      return kv;
    });
    expect(opened).toEqual([cache]);
    await cache.close();
  });

  it.each([
    ['redis+ring://', /wants redis\+ring:\/\/host:port,host:port/],
    ['redis+ring://a:1/2', /wants redis\+ring/],
    ['redis+ring://a:1,b:1,a:1', /each once: a:1, b:1, a:1/],
    ['redis+ring://a:1?was=', /make no ring/],
    ['redis+ring://a:1?colour=red', /no setting colour/],
  ])('%s is refused with its reason', async (url, reason) => {
    const opening = openSharedCache(url, {}, itself);
    await expect(opening).rejects.toMatchObject({
      code: 'KV_URL_INVALID',
      message: expect.stringMatching(reason),
    });
  });
});
