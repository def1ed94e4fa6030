import { type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { clientIp, parseRealIp, type RealIpRule } from './real-ip.js';

const request = (remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

const rule = (text: string): RealIpRule => {
  const parsed = parseRealIp(text);
  if (!parsed) throw new Error(`not a rule: ${text}`);
  return parsed;
};

describe('clientIp', () => {
  it('is the peer unless a hop is trusted, whatever the headers say', () => {
    const forged = { 'x-forwarded-for': '9.9.9.9', 'x-real-ip': '9.9.9.9' };
    expect(clientIp(request('::ffff:10.0.0.7', forged), rule('hops:0'))).toBe('10.0.0.7');
  });

  it('counts trusted hops from the right, so what a client adds on the left decides nothing', () => {
    const headers = { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.0.0.1' };
    expect(clientIp(request('10.0.0.2', headers), rule('hops:1'))).toBe('10.0.0.1');
    expect(clientIp(request('10.0.0.2', headers), rule('hops:2'))).toBe('1.2.3.4');
  });

  it.each(['junk', '', 'fe80::1%eth0', '1'.repeat(5000)])('ignores %p in the trusted place', (junk) => {
    expect(clientIp(request('10.0.0.2', { 'x-forwarded-for': junk }), rule('hops:1'))).toBe('10.0.0.2');
  });

  it('believes a header from listed peers only', () => {
    const headers = { 'cf-connecting-ip': '2001:db8::5' };
    const trusting = rule('header:CF-Connecting-IP@10.0.0.0/8,::1');
    expect(clientIp(request('10.1.2.3', headers), trusting)).toBe('2001:db8::5');
    expect(clientIp(request('::1', headers), trusting)).toBe('2001:db8::5');
    expect(clientIp(request('11.1.2.3', headers), trusting)).toBe('11.1.2.3');
  });
});

describe('parseRealIp', () => {
  it.each([
    '',
    'hops',
    'hops:-1',
    'hops:x',
    'header:x',
    'header:x@',
    'header:x@host',
    'header:x@10.0.0.0/40',
  ])('refuses %p', (text) => expect(parseRealIp(text)).toBeUndefined());
});
