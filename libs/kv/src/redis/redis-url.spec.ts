import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl } from './redis-url.js';

describe('the URL of a Redis', () => {
  it('names a server, with what is left out', () => {
    expect(parseRedisUrl('redis://cache')).toEqual({
      name: 'cache',
      nodes: [{ host: 'cache', port: 6379 }],
      cluster: false,
      tls: false,
      username: undefined,
      password: undefined,
      passwordFile: undefined,
      caFile: undefined,
      db: 0,
      prefix: '',
      timeoutMs: 50,
    });
  });

  it('says all there is to say', () => {
    const url = 'rediss://me:p%40ss:word@cache:80/3?ca=/etc/ca.pem&prefix=storey:&timeoutMs=100';
    expect(parseRedisUrl(url)).toMatchObject({
      name: 'cache:80',
      nodes: [{ host: 'cache', port: 80 }],
      tls: true,
      username: 'me',
      password: 'p@ss:word',
      caFile: '/etc/ca.pem',
      db: 3,
      prefix: 'storey:',
      timeoutMs: 100,
    });
    expect(parseRedisUrl('redis://:secret@cache')).toMatchObject({ username: undefined, password: 'secret' });
  });

  it('names a cluster by some of its nodes', () => {
    expect(parseRedisUrl('rediss+cluster://a:1,b,[::1]:3?passwordFile=/x')).toMatchObject({
      name: 'a:1,b,[::1]:3',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 3 },
      ],
      cluster: true,
      tls: true,
      passwordFile: '/x',
    });
  });

  it.each([
    ['redis:', 'wants redis://host:port/db'],
    ['redis://', 'names no host'],
    ['redis://host:port', 'names no host'],
    ['redis://a,b', 'redis+cluster://'],
    ['redis+cluster://a,,b', 'names no host'],
    ['redis+cluster://a/1', 'a cluster does not have'],
    ['redis://a/one', 'number of a database'],
    ['redis://%zz:x@a', 'percent-encoded'],
    ['redis://:x@a?passwordFile=/x', 'one of them is enough'],
    ['redis://a?maxBytes=1mb', 'no setting maxBytes'],
    ['redis://a?ca=', 'not empty'],
    ['redis://a?prefix={x}', 'a prefix of'],
    ['redis://a?timeoutMs=0', 'timeoutMs'],
    ['redis://a?timeoutMs=fast', 'timeoutMs'],
  ])('%p is refused and says why', (url, reason) => {
    const refused = expect.objectContaining({
      code: 'KV_URL_INVALID',
      message: expect.stringContaining(reason),
    });
    expect(() => parseRedisUrl(url)).toThrow(refused as unknown as Error);
  });
});
