import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ToxicProxy, eventually, freePort } from '@storey/testing';
import { type Wire, type WireFailure } from '../wire.js';
import { COUNT, WATCH, Wires, callOf, sayer, textOf } from './wires.fixture.js';

const keepalive = { timeMs: 200, timeoutMs: 100 };

async function answers(wire: Wire, calls: number): Promise<Set<string>> {
  const heard = new Set<string>();
  for (let i = 0; i < calls; i++) heard.add(textOf(await wire.unary(callOf())));
  return heard;
}

const statusOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => 0,
    (error: unknown) => (error as { status?: number }).status,
  );

/** Whether its connection was lost with the call on it. */
const lost = (call: Promise<unknown>): Promise<boolean | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => (error as WireFailure).lost,
  );

/** Whatever a test calls, it says within this. */
const SOON = { timeoutMs: 1_500 };

describe('gRPC with a target of several instances', () => {
  const wires = new Wires();

  async function two() {
    const [a, b] = [await freePort(), await freePort()];
    const url = `grpc://127.0.0.1:${a},127.0.0.1:${b}`;
    return { a: `grpc://127.0.0.1:${a}`, b: `grpc://127.0.0.1:${b}`, url };
  }

  it('calls all in turn, and goes on without one that has stopped, which is found again', async () => {
    const { a, b, url } = await two();
    const first = await wires.serve(a, sayer('a'));
    await wires.serve(b, sayer('b'));
    const wire = await wires.connect(url);
    await eventually(async () => expect(await answers(wire, 4)).toEqual(new Set(['a', 'b'])));
    await first.close();
    expect(await answers(wire, 20)).toEqual(new Set(['b']));
    await wires.serve(a, sayer('a'));
    await eventually(async () => expect(await answers(wire, 4)).toEqual(new Set(['a', 'b'])));
  });

  it('loses no call when an instance stops in good order under load', async () => {
    const { a, b, url } = await two();
    const slow: Wire = { ...sayer('a'), unary: () => sleep(30).then(() => Buffer.from('a')) };
    const first = await wires.serve(a, slow);
    await wires.serve(b, sayer('b'));
    const wire = await wires.connect(url);
    await eventually(async () => expect(await answers(wire, 4)).toEqual(new Set(['a', 'b'])));
    const running = Array.from({ length: 200 }, async (_, i) => {
      await sleep(i / 2);
      return statusOf(wire.unary(callOf()));
    });
    await sleep(30);
    await first.close();
    expect(new Set(await Promise.all(running))).toEqual(new Set([0]));
  });

  it('is given to another instance only what certainly reached none', async () => {
    const { a, b, url } = await two();
    let calls = 0;
    const failing: Wire = { ...sayer(''), unary: async () => Promise.reject(new Error(String(++calls))) };
    await wires.serve(a, failing);
    await wires.serve(b, failing);
    const wire = await wires.connect(url);
    for (let i = 1; i <= 10; i++) {
      expect(await statusOf(wire.unary(callOf()))).toBe(13);
      expect(calls).toBe(i);
    }
  });

  it('finds instances that a name gets, and forgets those that it loses', async () => {
    const port = await freePort();
    const addresses = ['127.0.0.1'];
    const options = {
      lookup: async (host: string) => {
        if (host !== 'comment' || addresses.length === 0) throw new Error('no such name');
        return addresses.map((address) => ({ address }));
      },
      lookupIntervalMs: 50,
    };
    const url = `grpc://comment:${port}`;
    await wires.serve(url, sayer('a'));
    await wires.serve(url, sayer('b'), { listenHost: '127.0.0.2' });
    const wire = await wires.connect(url, options);
    expect(await answers(wire, 4)).toEqual(new Set(['a']));
    addresses.push('127.0.0.2');
    await eventually(async () => expect(await answers(wire, 4)).toEqual(new Set(['a', 'b'])));
    addresses.shift();
    await eventually(async () => expect(await answers(wire, 4)).toEqual(new Set(['b'])));
    addresses.length = 0;
    await sleep(200);
    expect(await answers(wire, 4)).toEqual(new Set(['b']));
  });

  it('is unavailable while the name is unknown, and there soon after it is known', async () => {
    const port = await freePort();
    let known = false;
    const lookup = async () =>
      known ? [{ address: '127.0.0.1' }] : Promise.reject(new Error('no such name'));
    await wires.serve(`grpc://127.0.0.1:${port}`, sayer('a'));
    const wire = await wires.connect(`grpc://comment:${port}`, { lookup });
    expect(await statusOf(wire.unary(callOf()))).toBe(14);
    known = true;
    await eventually(() => answers(wire, 1), SOON);
  });
});

describe('gRPC over a line with faults', () => {
  const wires = new Wires();

  async function proxied(wire = sayer('a')) {
    const port = await freePort();
    await wires.serve(`grpc://127.0.0.1:${port}`, wire, { keepalive });
    const proxy = await ToxicProxy.start({ targetPort: port });
    const client = await wires.connect(`grpc://127.0.0.1:${proxy.port}`, { keepalive });
    return { proxy, client };
  }

  it('is unavailable at once where nobody listens, and there within a second once somebody does', async () => {
    const url = `grpc://127.0.0.1:${await freePort()}`;
    const wire = await wires.connect(url);
    for (let i = 0; i < 20; i++) {
      expect(await statusOf(wire.unary(callOf()))).toBe(14);
      await sleep(50);
    }
    await wires.serve(url, sayer('a'));
    await eventually(() => answers(wire, 1), SOON);
  });

  it('fails what runs on a connection that is cut, and connects anew', async () => {
    const { proxy, client } = await proxied({ ...sayer('a'), unary: (call) => held(call.signal) });
    await using _ = proxy;
    const running = statusOf(client.unary(callOf()));
    const stream = client.stream(callOf({ path: WATCH, timeoutMs: undefined }));
    await stream.next();
    proxy.cut();
    expect(await running).toBe(14);
    expect(await statusOf(drain(stream))).toBe(14);
    const again = client.stream(callOf({ path: WATCH }));
    await eventually(() => again.next());
  });

  it('knows which calls the other side may have got, however they ended', async () => {
    const entered = Promise.withResolvers<void>();
    const wire: Wire = { ...sayer('a'), unary: (call) => (entered.resolve(), held(call.signal)) };
    const { proxy, client } = await proxied(wire);
    await using _ = proxy;
    const cut = lost(client.unary(callOf()));
    await entered.promise;
    proxy.cut();
    expect(await cut).toBe(true);
    const ended = await freePort();
    const served = await wires.serve(`grpc://127.0.0.1:${ended}`, {
      ...sayer('a'),
      unary: (call) => held(call.signal),
    });
    const gone = await wires.connect(`grpc://127.0.0.1:${ended}`);
    const running = lost(gone.unary(callOf({ timeoutMs: 10_000 })));
    await sleep(100);
    await served.close();
    expect(await running).toBe(true);
    expect(await lost(gone.unary(callOf()))).toBe(false);
  });

  it('fails in its time on a half-open line, notices it, and goes on as soon as it is well', async () => {
    const { proxy, client } = await proxied();
    await using _ = proxy;
    await answers(client, 1);
    proxy.set({ kind: 'timeout' });
    const started = performance.now();
    expect(await statusOf(client.unary(callOf({ timeoutMs: 100 })))).toBe(4);
    expect(performance.now() - started).toBeLessThan(1_000);
    // The keepalive finds out what no call is told by a silent line.
    expect(await statusOf(client.unary(callOf({ timeoutMs: 5_000 })))).toBe(14);
    proxy.set({ kind: 'none' });
    await eventually(() => answers(client, 1));
  });

  it('tells a handler whose caller is behind a line that died', async () => {
    const gone = Promise.withResolvers<void>();
    const wire: Wire = {
      ...sayer('a'),
      unary: (call) => {
        call.signal.addEventListener('abort', () => gone.resolve());
        return held(call.signal);
      },
    };
    const { proxy, client } = await proxied(wire);
    await using _ = proxy;
    const running = statusOf(client.unary(callOf({ timeoutMs: 60_000 })));
    await sleep(50);
    proxy.set({ kind: 'timeout' });
    await gone.promise;
    expect(await running).toBe(14);
  });

  it('notices a process that is stopped, and finds it again when it goes on', async () => {
    const port = await freePort();
    const child = await elsewhere(port);
    try {
      const client = await wires.connect(`grpc://127.0.0.1:${port}`, { keepalive });
      expect(await answers(client, 2)).toEqual(new Set(['elsewhere']));
      child.kill('SIGSTOP');
      expect(await statusOf(client.unary(callOf({ timeoutMs: 50 })))).toBe(4);
      expect(await statusOf(client.unary(callOf({ timeoutMs: 5_000 })))).toBe(14);
      child.kill('SIGCONT');
      await eventually(() => answers(client, 1));
      child.kill('SIGKILL');
      await eventually(async () => expect(await statusOf(client.unary(callOf()))).toBe(14));
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('a gRPC server that closes', () => {
  const wires = new Wires();

  it('does not wait for ever for a client that reads nothing', async () => {
    const url = `grpc://127.0.0.1:${await freePort()}`;
    const served = await wires.serve(url, sayer('x'.repeat(64 * 1024)));
    const stream = (await wires.connect(url)).stream(callOf({ path: WATCH, timeoutMs: undefined }));
    await stream.next();
    await served.close();
    expect(await statusOf(drain(stream))).toBe(14);
  });
});

/** Until the caller has gone. */
const held = (signal: AbortSignal): Promise<Uint8Array> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))));

async function drain(stream: { next(): Promise<IteratorResult<unknown>> }): Promise<void> {
  while (!(await stream.next()).done);
}

/** A server in a process of its own. */
async function elsewhere(port: number): Promise<ChildProcess> {
  const program = `
    import { Server, ServerCredentials } from '@grpc/grpc-js';
    const server = new Server();
    const same = (bytes) => bytes;
    server.register('${COUNT}', (_, done) => done(null, Buffer.from('elsewhere')), same, same, 'unary');
    server.bindAsync('127.0.0.1:${port}', ServerCredentials.createInsecure(), () => console.log('ready'));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}
