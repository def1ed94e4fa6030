import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ToxicProxy } from './toxic-proxy.js';

/** A reset is what most tests wait for: it is told by 'close'. */
const socketTo = ({ port }: ToxicProxy): Socket => connect(port, '127.0.0.1').on('error', () => undefined);

describe('ToxicProxy', () => {
  let echo: Server;
  let proxy: ToxicProxy;
  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    proxy = await ToxicProxy.start({ targetPort: (echo.address() as AddressInfo).port });
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    echo.close();
  });

  const open = async (): Promise<Socket> => {
    const socket = socketTo(proxy);
    await once(socket, 'connect');
    return socket;
  };
  const said = async (socket: Socket): Promise<string> =>
    String(((await once(socket, 'data')) as [Buffer])[0]);

  /** Not by `once` of node:events, which rejects on the reset that comes before. */
  const closed = (socket: Socket): Promise<void> =>
    new Promise((resolve) => socket.once('close', () => resolve()));

  it('passes bytes both ways while nothing is wrong', async () => {
    const socket = await open();
    socket.write('hello');
    expect(await said(socket)).toBe('hello');
  });

  it('swallows everything on a half-open line, and passes again afterwards', async () => {
    const socket = await open();
    proxy.set({ kind: 'timeout' });
    socket.write('lost');
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.set({ kind: 'none' });
    socket.write('heard');
    expect(await said(socket)).toBe('heard');
  });

  it('resets what is open and what comes while the server is down', async () => {
    const before = closed(await open());
    proxy.set({ kind: 'down' });
    await before;
    await closed(socketTo(proxy));
    expect(proxy.connections).toBe(0);
    proxy.set({ kind: 'none' });
    const after = await open();
    after.write('back');
    expect(await said(after)).toBe('back');
  });

  it('delays by latency and by bandwidth', async () => {
    const socket = await open();
    for (const toxic of [
      { kind: 'latency', ms: 60 } as const,
      { kind: 'bandwidth', bytesPerSecond: 100 } as const,
    ]) {
      proxy.set(toxic);
      const begun = performance.now();
      socket.write('10 bytes..');
      await said(socket);
      expect(performance.now() - begun).toBeGreaterThan(100);
    }
  });
});
