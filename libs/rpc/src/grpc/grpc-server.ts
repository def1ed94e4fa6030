import { once } from 'node:events';
import {
  Server,
  type ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { type DescMethod, type DescService } from '@bufbuild/protobuf';
import { runDetached, systemClock } from '@storey/context';
import { HealthImplementation } from 'grpc-health-check';
import { misconfigured } from '../misconfigured.js';
import { type Served, type Wire, type WireCall } from '../wire.js';
import { fromBuffer, toBuffer } from './bytes.js';
import { toStatus } from './grpc-failure.js';
import { serverOptions, type Keepalive } from './grpc-options.js';
import { hostPort, type Address } from './grpc-url.js';
import { addReflection } from './reflection.js';

export interface GrpcServing {
  readonly target: string;
  readonly at: Address;
  readonly credentials: ServerCredentials;
  readonly keepalive?: Keepalive | undefined;
}

/** What may be left when all calls are answered, health watchers for instance, is cut after this long, ms. */
const GRACE_MS = 1_000;

type Unary = ServerUnaryCall<Uint8Array, Uint8Array>;
type Streaming = ServerWritableStream<Uint8Array, Uint8Array>;

/** The serving end of the wire, with the standard health and reflection services beside it. */
export class GrpcServer implements Served {
  readonly #server: Server;
  readonly #health: HealthImplementation;
  readonly #names: readonly string[];
  #ended: Promise<void> | undefined;

  private constructor(wire: Wire, services: readonly DescService[], keepalive?: Keepalive) {
    this.#server = new Server(serverOptions(keepalive));
    this.#names = ['', ...services.map(({ typeName }) => typeName)];
    for (const method of services.flatMap(({ methods }) => methods)) register(this.#server, method, wire);
    this.#health = new HealthImplementation();
    this.#health.addToServer(this.#server);
    addReflection(this.#server, services);
  }

  /** @throws AppError `RPC_MISCONFIGURED` when the address is not to be had. */
  static async listen(
    wire: Wire,
    services: readonly DescService[],
    serving: GrpcServing,
  ): Promise<GrpcServer> {
    const { target, at, credentials, keepalive } = serving;
    const grpc = new GrpcServer(wire, services, keepalive);
    await new Promise<void>((resolve, reject) => {
      grpc.#server.bindAsync(hostPort(at), credentials, (error) => {
        if (error)
          reject(misconfigured(`"${target}" can't listen on ${hostPort(at)}: ${error.message}`, error));
        else resolve();
      });
    });
    grpc.#say('SERVING');
    return grpc;
  }

  /** Tells callers to go elsewhere, by health and by GOAWAY. */
  refuse(): void {
    this.#say('NOT_SERVING');
    this.#ended ??= new Promise((resolve) => this.#server.tryShutdown(() => resolve()));
  }

  async close(): Promise<void> {
    this.refuse();
    const answered = new AbortController();
    const late = systemClock.sleep(GRACE_MS, answered.signal).catch(() => undefined);
    await Promise.race([this.#ended, late]);
    answered.abort();
    this.#server.forceShutdown();
  }

  #say(state: 'SERVING' | 'NOT_SERVING'): void {
    for (const name of this.#names) this.#health.setStatus(name, state);
  }
}

function register(server: Server, { name, parent, methodKind }: DescMethod, wire: Wire): void {
  const path = `/${parent.typeName}/${name}`;
  if (methodKind === 'unary') {
    server.register<Uint8Array, Uint8Array>(
      path,
      (call: Unary, answer: sendUnaryData<Uint8Array>) => {
        const { wireCall, done } = received(path, call);
        const answered = runDetached(() => wire.unary(wireCall)).finally(done);
        void answered.then(
          (bytes) => answer(null, bytes),
          (error: unknown) => answer(toStatus(error)),
        );
      },
      toBuffer,
      fromBuffer,
      'unary',
    );
  } else {
    const serve = (call: Streaming): void => void runDetached(() => pump(path, call, wire));
    server.register<Uint8Array, Uint8Array>(path, serve, toBuffer, fromBuffer, 'serverStream');
  }
}

/** One message after the other, each asked for when the connection has room for it. Never rejects. */
async function pump(path: string, call: Streaming, wire: Wire): Promise<void> {
  const { wireCall, done } = received(path, call);
  try {
    const stream = wire.stream(wireCall);
    for (;;) {
      const { done: over, value } = await stream.next();
      if (over) break;
      if (!call.write(value)) await once(call, 'drain', { signal: wireCall.signal });
    }
    call.end();
  } catch (error) {
    // The status of the stream; when the caller has gone, grpc-js sends none.
    call.emit('error', toStatus(error));
  } finally {
    done();
  }
}

/** The call as the wire knows it; its signal aborts when the caller has gone or when his time is over, until `done`. */
function received(path: string, call: Unary | Streaming): { wireCall: WireCall; done: () => void } {
  const gone = new AbortController();
  const leave = (): void => gone.abort(GONE);
  call.on('cancelled', leave);
  if (call.cancelled) leave();
  const deadline = Number(call.getDeadline());
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.metadata.getMap())) {
    if (typeof value === 'string') metadata[name] = value;
  }
  const timeoutMs = deadline === Infinity ? undefined : Math.max(0, deadline - Date.now());
  return {
    wireCall: { path, metadata, body: call.request, timeoutMs, signal: gone.signal },
    done: () => call.off('cancelled', leave),
  };
}

const GONE = new DOMException('The caller has gone.', 'AbortError');
