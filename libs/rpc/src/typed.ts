import {
  type DescMessage,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type Observable } from 'rxjs';

export interface CallOptions {
  /** Abandons the call; the handler's signal aborts too. */
  readonly signal?: AbortSignal;
  /** How long this call may take at most; the caller's own deadline may be nearer. 400 ms unless told, endless for streams. */
  readonly timeoutMs?: number;
}

interface Method<K extends string> {
  readonly methodKind: K;
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** What a caller sees of a service: one function per method, failing with AppErrors alone or the signal's reason. */
export type RpcClient<S extends DescService> = {
  readonly [K in keyof S['method']]: ClientMethod<S['method'][K]>;
};

type ClientMethod<M> =
  M extends Method<'unary'>
    ? (request: MessageInitShape<M['input']>, options?: CallOptions) => Promise<MessageShape<M['output']>>
    : M extends Method<'server_streaming'>
      ? (
          request: MessageInitShape<M['input']>,
          options?: CallOptions,
        ) => AsyncIterableIterator<MessageShape<M['output']>>
      : never;

/**
 * What a service has to offer. A controller says `implements Handlers<typeof CommentService>`, or
 * `implements Pick<Handlers<typeof CommentService>, 'publish' | 'edit'>` when several share a service.
 */
export type Handlers<S extends DescService> = {
  readonly [K in keyof S['method']]: HandlerMethod<S['method'][K]>;
};

type HandlerMethod<M> =
  M extends Method<'unary'>
    ? (request: MessageShape<M['input']>) => Promised<MessageInitShape<M['output']>>
    : M extends Method<'server_streaming'>
      ? (request: MessageShape<M['input']>) => Streamed<MessageInitShape<M['output']>>
      : never;

type Promised<T> = Promise<T> | Observable<T>;
type Streamed<T> = AsyncIterable<T> | Observable<T> | Promise<AsyncIterable<T> | Observable<T>>;
