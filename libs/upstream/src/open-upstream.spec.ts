import { describe, expect, it } from '@jest/globals';
import { UpstreamHub, openUpstream } from './index.js';

describe('openUpstream', () => {
  it.each([
    ['ftp://bff:1', 'must be inproc:, http://host:port or https://host:port'],
    ['inproc:web', 'must be inproc:, http://host:port'],
    ['', 'must be inproc:, http://host:port'],
    ['http://bff', 'like http://host:port'],
    ['http://bff:0', 'from 1 to 65535'],
    ['http://bff:70000', 'from 1 to 65535'],
    ['http://bff:80/path', 'like http://host:port'],
    ['http://user:password@bff:80', 'like http://host:port'],
    ['http://a:1,', 'like http://host:port'],
    ['http://bff:80?ca=/x', 'must begin with https://'],
    ['https://bff:80?timeout=1', 'unknown parameter "timeout"; known: ca, cert, key'],
    ['https://bff:80?key=/x', 'both cert and key'],
    ['https://bff:80?ca=', 'one file as "ca"'],
    ['https://bff:80?ca=/nowhere/ca.pem', 'The ca of the upstream URL of "web-bff" can\'t be read'],
  ])('refuses "%s" and tells what to change', (url, text) => {
    const open = (): unknown => openUpstream(url, 'web-bff', new UpstreamHub());
    expect(open).toThrow(expect.objectContaining({ code: 'UPSTREAM_MISCONFIGURED' }));
    expect(open).toThrow(text);
  });
});
