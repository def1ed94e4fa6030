import { type DescService } from '@bufbuild/protobuf';
import { type RpcServer } from './rpc-server.js';
import { type RpcClient } from './typed.js';

export interface ClientOptions {
  /** The service that is called, by its short name, e.g. `comment`. */
  readonly target: string;
  /** The app that calls, e.g. `web-bff`. */
  readonly from: string;
}

export interface StrategyOptions {
  /** The short name under which the services are found, e.g. `comment`. */
  readonly target: string;
}

/**
 * Calls between services. Whatever lies between the two ends, a call is a protobuf message there and back, with a
 * deadline, an identity and the caller's trace, and fails with the very AppError that the handler threw.
 */
export abstract class Rpc {
  /**
   * A client of `service`. Each call inherits trace, lane, priority, principal, deadline and cancellation from the
   * current RequestContext.
   * @throws Error when no URL is known for `target`.
   */
  abstract client<S extends DescService>(service: S, options: ClientOptions): RpcClient<S>;

  /**
   * What Nest needs to serve `services`: `NestFactory.createMicroservice(module, { strategy })`.
   * @throws Error when no URL is known for `target`.
   */
  abstract strategy(services: readonly DescService[], options: StrategyOptions): RpcServer;

  /** No call begins after this; connections end with the last that runs. Servers end with their Nest applications. */
  abstract close(): Promise<void>;
}
