import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const API_VERSIONS = 18;
const LIST_OFFSETS = 2;

/** A broker that answers what versions it speaks, and nothing else. */
export class FakeBroker implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(listOffsets: number) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('data', (request) => {
          if (request.readInt16BE(4) === API_VERSIONS)
            socket.write(versionsFor(request.readInt32BE(8), listOffsets));
        });
    });
  }

  /** @param listOffsets its newest version of ListOffsets */
  static async start(listOffsets: number): Promise<FakeBroker> {
    const broker = new FakeBroker(listOffsets);
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get url(): string {
    return `kafka://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Open now. */
  get connections(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  /** Opened so far. */
  get accepted(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** ApiVersions response, version 2: error_code [api_key min_version max_version] throttle_time_ms. */
function versionsFor(correlationId: number, listOffsets: number): Buffer {
  const versions = [API_VERSIONS, 0, 2, LIST_OFFSETS, 0, listOffsets];
  const response = Buffer.alloc(4 + 4 + 2 + 4 + 2 * versions.length + 4);
  response.writeInt32BE(response.length - 4, 0);
  response.writeInt32BE(correlationId, 4);
  response.writeInt32BE(versions.length / 3, 10);
  versions.forEach((version, index) => response.writeInt16BE(version, 14 + 2 * index));
  return response;
}
