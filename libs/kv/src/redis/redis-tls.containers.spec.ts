import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { type TemporaryFolder, realStores, temporaryFolder } from '@storey/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bytes, text } from '../contract/suite.js';
import { openKv } from '../open-kv.js';

describe('rediss:', () => {
  let folder: TemporaryFolder;
  let server: Server;
  let url = '';
  beforeAll(async () => {
    folder = temporaryFolder();
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [string, string];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
    // What a provider's front does: TLS outside, the server behind it.
    const port = Number(new URL(realStores.redis).port);
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (outer) => {
      const inner = connect(port, '127.0.0.1');
      outer.on('error', () => inner.destroy()).pipe(inner);
      inner.on('error', () => outer.destroy()).pipe(outer);
    });
    // A client that does not trust us.
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `rediss://localhost:${(server.address() as AddressInfo).port}/4?timeoutMs=1000`;
  });
  afterAll(() => {
    server.close();
    folder[Symbol.dispose]();
  });

  it('trusts a private authority named by ca', async () => {
    const kv = await openKv(`${url}&ca=${join(folder.path, 'cert.pem')}`);
    await kv.set('k', bytes('v'), {});
    expect(text(await kv.get('k'))).toBe('v');
    await kv.close();
  });

  it('trusts nobody it does not know, nor a name that is not in the certificate', async () => {
    const ca = `&ca=${join(folder.path, 'cert.pem')}`;
    const refused = (from: string) =>
      expect(openKv(from, { openWithinMs: 500 })).rejects.toMatchObject({ kind: 'unavailable' });
    await refused(url);
    await refused(url.replace('localhost', '127.0.0.1') + ca);
  });
});
