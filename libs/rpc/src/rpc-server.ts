import { type DescMethod, type DescService } from '@bufbuild/protobuf';
import {
  GrpcMethodStreamingType,
  Server,
  Transport,
  type CustomTransportStrategy,
} from '@nestjs/microservices';
import { Dispatcher, type BoundMethod, type DispatcherOptions } from './dispatcher.js';
import { type Served, type Wire } from './wire.js';

/** Makes a wire reachable. */
export type Serve = (wire: Wire) => Promise<Served>;

/**
 * Where Nest binds the rpc controllers of one app, as it would to its own gRPC server: guards, pipes, interceptors
 * and filters run as ever. Given to `NestFactory.createMicroservice(module, { strategy })`.
 */
export class RpcServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.GRPC;
  readonly #services: readonly DescService[];
  readonly #options: DispatcherOptions;
  readonly #serve: Serve;
  #stop = async (): Promise<void> => {};

  constructor(services: readonly DescService[], options: DispatcherOptions, serve: Serve) {
    super();
    for (const method of services.flatMap((service) => service.methods)) refuseClientStreams(method);
    this.#services = services;
    this.#options = options;
    this.#serve = serve;
  }

  /** @throws (through `callback`) Error when a controller names a method that none of the services has. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const dispatcher = new Dispatcher(this.#options, this.#bind());
      const served = await this.#serve(dispatcher);
      this.#stop = async () => {
        served.refuse();
        await dispatcher.close();
        await served.close();
      };
    } catch (error) {
      return callback(error);
    }
    callback();
  }

  /** No call begins after this; those that run may end, each within its deadline, and streams end at once. */
  async close(): Promise<void> {
    await this.#stop();
  }

  override on(): never {
    throw new Error('An rpc server has no events.');
  }

  override unwrap(): never {
    throw new Error('An rpc server wraps nothing.');
  }

  #bind(): ReadonlyMap<string, BoundMethod> {
    const methods = new Map<string, BoundMethod>();
    const bound = new Set<unknown>();
    for (const desc of this.#services.flatMap((service) => service.methods)) {
      const handle = this.#handlerOf(desc);
      if (!handle) continue;
      bound.add(handle);
      methods.set(`/${desc.parent.typeName}/${desc.name}`, { desc, handle });
    }
    for (const [pattern, handler] of this.messageHandlers) {
      const wrong = !handler.isEventHandler && !bound.has(handler);
      if (wrong) throw new Error(`${pattern} is no method of a service of "${this.#options.target}".`);
    }
    return methods;
  }

  /** Under the plain name of the service, or with its package. */
  #handlerOf({ name, parent }: DescMethod): BoundMethod['handle'] | undefined {
    const streaming = GrpcMethodStreamingType.NO_STREAMING;
    const patterns = [parent.name, parent.typeName].map((service) =>
      JSON.stringify({ service, rpc: name, streaming }),
    );
    return patterns.map((pattern) => this.getHandlerByPattern(pattern)).find((handler) => handler !== null);
  }
}

function refuseClientStreams(method: DescMethod): void {
  if (method.methodKind === 'unary' || method.methodKind === 'server_streaming') return;
  throw new Error(`${method}: streams from the client are not supported.`);
}
