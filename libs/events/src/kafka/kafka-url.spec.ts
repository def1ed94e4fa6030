import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@storey/testing';
import { parseKafkaUrl } from './kafka-url.js';

describe('the URL of a Kafka event log', () => {
  it('names several brokers and the prefix of topics and groups', () => {
    expect(parseKafkaUrl('kafka://one:9092,two?prefix=shop.')).toEqual({
      brokers: ['one:9092', 'two:9092'],
      prefix: 'shop.',
      clientId: 'storey',
    });
  });

  it('speaks TLS with a private authority, and SASL', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'ca.pem');
    writeFileSync(path, 'PEM');
    expect(parseKafkaUrl(`kafkas://me:p%40ss@one?sasl=scram-sha-512&ca=${path}`)).toEqual({
      brokers: ['one:9092'],
      prefix: '',
      clientId: 'storey',
      tls: { ca: 'PEM' },
      sasl: { mechanism: 'scram-sha-512', username: 'me', password: 'p@ss' },
    });
  });

  it.each([
    ['kafka://', /host:port/],
    ['kafka://one:0', /port/],
    ['kafka://[::1]:9092', /IPv4/],
    ['kafka://one,', /host:port/],
    ['kafka://one/topic', /looks like/],
    ['kafka://one?acks=1', /no parameter acks/],
    ['kafka://one?prefix=a/b', /prefix/],
    ['kafka://one?ca=/ca.pem', /kafkas:/],
    ['kafkas://one?ca=/nowhere/ca.pem', /cannot be read/],
    ['kafka://one?sasl=plain', /user:password@/],
    ['kafka://me@one', /user:password@/],
    ['kafka://me:p@one?sasl=gssapi', /scram-sha-256/],
  ])('is refused as %s, and says what to change', (url, message) => {
    expect(() => parseKafkaUrl(url)).toThrow(expect.objectContaining({ kind: 'internal' }));
    expect(() => parseKafkaUrl(url)).toThrow(message);
  });
});
