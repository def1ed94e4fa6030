import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

/** A TCP port that was free a moment ago; for processes that can't be told port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
