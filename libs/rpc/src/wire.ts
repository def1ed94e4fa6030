import { type DescService } from '@bufbuild/protobuf';
import { decodeError, encodeError, grpcStatus, type AppError } from '@storey/errors';

/** One call as bytes: what any transport carries. */
export interface WireCall {
  /** As in gRPC: `/storey.comment.v1.CommentService/Publish`. */
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Time left for the call, ms; travels apart from the metadata, as gRPC's own deadline does. Absent: endless. */
  readonly timeoutMs: number | undefined;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Both ends of a connection to one target. Fails with `WireFailure`, or as its signal aborted or its time ran out. */
export interface Wire {
  unary(call: WireCall): Promise<Uint8Array>;
  /** Pulled one by one: a reader that does not ask stops the writer, or overflows the writer's bounded buffer. */
  stream(call: WireCall): ByteStream;
}

/** Left by aborting the call's signal, which its reader does at the latest when it has all it wants. */
export interface ByteStream {
  next(): Promise<IteratorResult<Uint8Array, unknown>>;
}

/** A wire that is reachable. */
export interface Served {
  /** From now on no call begins; those that run go on. */
  refuse(): void;
  /** Ends what is left of the connections. Bounded. */
  close(): Promise<void>;
}

/** How calls reach a target, one per URL scheme. */
export interface Transport {
  connect(target: string): Wire;
  /** Makes `wire`, which answers the methods of `services`, reachable as `target`. */
  serve(target: string, wire: Wire, services: readonly DescService[]): Promise<Served>;
  /** Ends the calling side. */
  close(): Promise<void>;
}

export interface WireFailureOptions extends ErrorOptions {
  /** The connection ended with the call on it: the other side may have done what it was asked to. */
  readonly lost?: boolean;
}

/** A failed call as it crosses the wire: a gRPC status and, when it comes from one of us, the error's bytes. */
export class WireFailure extends Error {
  readonly lost: boolean;

  constructor(
    readonly status: number,
    readonly bytes: Uint8Array,
    { lost = false, ...options }: WireFailureOptions = {},
  ) {
    super(`rpc failed with status ${status}`, options);
    this.name = 'WireFailure';
    this.lost = lost;
  }

  static of(error: AppError): WireFailure {
    return new WireFailure(grpcStatus(error.kind), encodeError(error));
  }

  toAppError(): AppError {
    return decodeError(this.status, this.bytes, this);
  }
}
