import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@storey/testing';
import { Wires, callOf, sayer, textOf } from './wires.fixture.js';

describe('gRPC over TLS', () => {
  const wires = new Wires();
  const folder = mkdtempSync(join(tmpdir(), 'storey-tls-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=storey', '-addext', 'subjectAltName=DNS:storey.test'];
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
  ];
  execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('believes the authority that the URL names, and no other, and no other name', async () => {
    const port = await freePort();
    await wires.serve(`grpcs://127.0.0.1:${port}?cert=${cert}&key=${key}`, sayer('safe'));
    const lookup = async () => [{ address: '127.0.0.1' }];
    const good = await wires.connect(`grpcs://storey.test:${port}?ca=${cert}`, { lookup });
    expect(textOf(await good.unary(callOf()))).toBe('safe');
    for (const url of [
      `grpcs://storey.test:${port}`,
      `grpcs://other.test:${port}?ca=${cert}`,
      `grpc://storey.test:${port}`,
    ]) {
      const wire = await wires.connect(url, { lookup });
      await expect(wire.unary(callOf())).rejects.toMatchObject({ status: 14 });
    }
  });
});
