import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { ToxicProxy, freePort } from '@storey/testing';
import { UpstreamHub, openUpstream, type RequestListener, type UpstreamOptions } from '../index.js';
import { bytesOf, call, closeServer, describeUpstream, listenOn, open, send } from '../upstream.contract.js';

const hub = new UpstreamHub();

describeUpstream('http:', async () => {
  const port = await freePort();
  return {
    upstream: openUpstream(`http://127.0.0.1:${port}`, 'web-bff', hub),
    serve: async (listener) => {
      const server = createServer(listener);
      await listenOn(server, port);
      return () => closeServer(server);
    },
  };
});

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function bff(
  listener: RequestListener,
  port = 0,
  host = '127.0.0.1',
): Promise<Server & { at: number }> {
  const server = createServer({ keepAliveTimeout: 30_000 }, listener);
  cleanup.push(() => closeServer(server));
  return Object.assign(server, { at: await listenOn(server, port, host) });
}

/** A gateway that sets `given` before it forwards, and answers errors by their status and code. */
async function gateway(url: string, options: UpstreamOptions = {}, given: Record<string, string> = {}) {
  const upstream = openUpstream(url, 'web-bff', hub, options);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(given)) response.setHeader(name, value);
    Object.assign(request.headers, { 'x-internal-token': 'ours' });
    upstream.forward(request, response).catch((error: unknown) => {
      response.writeHead(503).end((error as { code?: string }).code);
    });
  });
  cleanup.push(
    () => upstream.close(),
    () => closeServer(server),
  );
  return listenOn(server);
}

const says =
  (text: string): RequestListener =>
  (_request, response) =>
    void response.end(text);

async function heard(port: number, calls: number): Promise<Set<string>> {
  const texts = new Set<string>();
  for (let i = 0; i < calls; i++) texts.add((await call({ port })).body);
  return texts;
}

describe('headers through an HTTP upstream', () => {
  it('keep what the edge has said, and say both what they vary by', async () => {
    const { at } = await bff((_request, response) => {
      response.writeHead(200, {
        vary: 'Authorization, origin',
        'x-a': 'theirs',
        connection: 'keep-alive, x-hop',
        'x-hop': '1',
      });
      response.end();
    });
    const given = { vary: 'origin', 'x-a': 'ours', 'x-trace-id': 't' };
    const { headers } = await call({ port: await gateway(`http://127.0.0.1:${at}`, {}, given) });
    expect(headers).toMatchObject({ vary: 'origin, authorization', 'x-a': 'theirs', 'x-trace-id': 't' });
    expect(headers['x-hop']).toBeUndefined();
  });

  it('lose what is for the next hop alone, but nothing that the gateway added', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const { at } = await bff((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const port = await gateway(`http://127.0.0.1:${at}`);
    const connection = 'x-mine, X-Internal-Token, host, upgrade';
    const headers = {
      connection,
      'x-mine': '1',
      te: 'trailers',
      upgrade: 'h2c',
      'proxy-authorization': 'b',
      host: 'a.example',
    };
    expect((await call({ port, headers })).status).toBe(200);
    expect(seen[0]).toMatchObject({
      'x-internal-token': 'ours',
      host: 'a.example',
      connection: 'keep-alive',
    });
    for (const name of ['x-mine', 'te', 'upgrade', 'proxy-authorization'])
      expect(seen[0]).not.toHaveProperty(name);
  });
});

describe('connections of an HTTP upstream', () => {
  it('are used again, by requests with bodies too', async () => {
    const server = await bff(async (request, response) => {
      await bytesOf(request);
      response.end('x');
    });
    let connections = 0;
    server.on('connection', () => connections++);
    const port = await gateway(`http://127.0.0.1:${server.at}`);
    const methods = ['GET', 'HEAD', 'POST', 'PATCH'];
    for (const method of [...methods, ...methods, ...methods])
      await call({ port, method }, method === 'POST' || method === 'PATCH' ? 'body' : undefined);
    // A second one while undici lets the first rest for a turn.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('held by event streams leave room for requests', async () => {
    const { at } = await bff((request, response) => {
      response.writeHead(200);
      if (request.headers.accept === 'text/event-stream') response.write(': ready\n\n');
      else response.end('x');
    });
    const port = await gateway(`http://127.0.0.1:${at}`);
    const streams = Array.from({ length: 300 }, () =>
      open({ port, headers: { accept: 'text/event-stream' } }),
    );
    for (const stream of await Promise.all(streams)) stream.on('error', () => undefined);
    expect((await call({ port })).body).toBe('x');
  });

  it('are bounded: beyond 256 requests wait, beyond 768 they are refused', async () => {
    let most = 0;
    const held: (() => void)[] = [];
    const { at } = await bff((_request, response) => {
      most = Math.max(
        most,
        held.push(() => response.end('x')),
      );
    });
    const port = await gateway(`http://127.0.0.1:${at}`);
    const bodies: string[] = [];
    const calls = Array.from({ length: 800 }, async () => bodies.push((await call({ port })).body));
    while (bodies.length < 32) await turn();
    while (held.length < 256) await turn();
    expect([new Set(bodies), most]).toEqual([new Set(['COMMON_UNAVAILABLE']), 256]);
    const free = setInterval(() => held.splice(0).forEach((end) => end()), 5);
    await Promise.all(calls);
    clearInterval(free);
    expect(bodies.filter((body) => body === 'x')).toHaveLength(768);
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('an HTTP upstream of several instances', () => {
  it('asks all addresses of a name in turn, finds new ones, and forgets old ones', async () => {
    const clock = new FakeClock();
    const { at } = await bff(says('one'));
    await bff(says('two'), at, '127.0.0.2');
    let addresses = ['127.0.0.1'];
    const lookup = async () => addresses.map((address) => ({ address }));
    const port = await gateway(`http://bff:${at}`, { clock, lookup });
    const freshly = async (): Promise<Set<string>> => {
      await clock.advance(5_000);
      await heard(port, 1);
      return heard(port, 4);
    };
    expect(await freshly()).toEqual(new Set(['one']));
    addresses = ['127.0.0.1', '127.0.0.2'];
    expect(await freshly()).toEqual(new Set(['one', 'two']));
    addresses = ['127.0.0.2'];
    expect(await freshly()).toEqual(new Set(['two']));
    addresses = [];
    expect(await freshly()).toEqual(new Set(['two']));
  });

  it('sends to another what one could not take, and passes that one over for a while', async () => {
    const clock = new FakeClock();
    const [dead, { at }] = [await freePort(), await bff(says('alive'))];
    const port = await gateway(`http://127.0.0.1:${dead},127.0.0.1:${at}`, { clock });
    for (const method of ['GET', 'POST', 'POST', 'GET'])
      expect((await call({ port, method }, method === 'POST' ? 'body' : undefined)).body).toBe('alive');
    await bff(says('back'), dead);
    expect(await heard(port, 4)).toEqual(new Set(['alive']));
    await clock.advance(500);
    expect(await heard(port, 4)).toEqual(new Set(['alive', 'back']));
  });

  it('asks once more for a read whose connection broke, never for a write', async () => {
    const asked: string[] = [];
    const listener: RequestListener = (request) => {
      asked.push(String(request.method));
      request.resume();
      request.on('end', () => request.socket.destroy());
    };
    const [one, two] = [await bff(listener), await bff(listener)];
    const port = await gateway(`http://127.0.0.1:${one.at},127.0.0.1:${two.at}`);
    expect((await call({ port })).body).toBe('COMMON_UNAVAILABLE');
    expect((await call({ port, method: 'POST' }, 'body')).body).toBe('COMMON_OUTCOME_UNKNOWN');
    expect(asked).toEqual(['GET', 'GET', 'POST']);
  });
});

describe('an HTTP upstream that hangs', () => {
  it('is given up soon after the deadline of the request', async () => {
    const { at } = await bff(() => undefined);
    const port = await gateway(`http://127.0.0.1:${at}`);
    const headers = { 'x-deadline-ms': '50' };
    expect((await call({ port, headers })).body).toBe('COMMON_DEADLINE_EXCEEDED');
    expect((await call({ port, headers, method: 'POST' }, 'body')).body).toBe('COMMON_OUTCOME_UNKNOWN');
  });

  it('does not pass for one that is there', async () => {
    await using proxy = await ToxicProxy.start({ targetPort: (await bff(says('x'))).at });
    const upstream = openUpstream(`http://127.0.0.1:${proxy.port}`, 'web-bff', hub);
    cleanup.push(() => upstream.close());
    await upstream.ping();
    proxy.set({ kind: 'timeout' });
    await expect(upstream.ping()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is not blamed for a client that goes', async () => {
    const clock = new FakeClock();
    const begun = Promise.withResolvers<void>();
    const one = await bff((request, response) => {
      if (request.method === 'POST') request.once('data', () => begun.resolve());
      else response.end('one');
    });
    const port = await gateway(`http://127.0.0.1:${one.at},127.0.0.1:${(await bff(says('two'))).at}`, {
      clock,
    });
    const request = send({ port, method: 'POST', headers: { 'content-length': 10 } });
    request.on('error', () => undefined);
    request.write('half');
    await begun.promise;
    request.destroy();
    await new Promise((resolve) => request.once('close', resolve));
    expect(await heard(port, 4)).toEqual(new Set(['one', 'two']));
  });
});

describe('an HTTPS upstream', () => {
  it('believes the authority that its URL names, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'storey-tls-'));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-days', '1', '-subj', '/CN=bff', '-addext', 'subjectAltName=DNS:bff.test'];
    execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }, says('safe'));
    const at = await listenOn(server);
    cleanup.push(() => closeServer(server));
    const lookup = async () => [{ address: '127.0.0.1' }];
    const through = async (url: string) => (await call({ port: await gateway(url, { lookup }) })).body;
    expect(await through(`https://bff.test:${at}?ca=${cert}`)).toBe('safe');
    for (const url of [`https://bff.test:${at}`, `https://other.test:${at}?ca=${cert}`])
      expect(await through(url)).toBe('COMMON_UNAVAILABLE');
    rmSync(folder, { recursive: true });
  });
});
