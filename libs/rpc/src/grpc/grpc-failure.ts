import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import { AppError, ERROR_METADATA_KEY, toAppError } from '@storey/errors';
import { WireFailure } from '../wire.js';

/** Bytes of an error in the trailers: peers refuse blocks of headers above 16 to 64 KiB altogether. */
const MAX_ERROR_BYTES = 8 * 1024;

const NOTHING = new Uint8Array();

/** A failure as a gRPC status whose trailers carry the error itself. */
export function toStatus(thrown: unknown): StatusObject {
  const failure = bounded(thrown instanceof WireFailure ? thrown : WireFailure.of(toAppError(thrown)));
  const metadata = new Metadata();
  metadata.set(ERROR_METADATA_KEY, Buffer.from(failure.bytes));
  // For people with tools. In ASCII: grpc-js throws on what is no well-formed text.
  return { code: failure.status, details: failure.toAppError().code, metadata };
}

function bounded(failure: WireFailure): WireFailure {
  if (failure.bytes.length <= MAX_ERROR_BYTES) return failure;
  const { kind, code, message } = failure.toAppError();
  return WireFailure.of(new AppError({ kind, code, message: message.slice(0, MAX_ERROR_BYTES / 8) }));
}

/**
 * The other way round. Without our trailers the status was made by gRPC itself, here or there, or by a proxy.
 * @param sent whether any of the call has left us.
 */
export function fromStatus(error: ServiceError, sent: boolean): WireFailure {
  const [bytes] = error.metadata.get(ERROR_METADATA_KEY);
  if (bytes instanceof Uint8Array) return new WireFailure(error.code, bytes, { cause: error });
  switch (error.code) {
    case status.RESOURCE_EXHAUSTED:
      return WireFailure.of(tooLarge(error));
    // Nobody here gave the call up, so the server did: it ended with the call still running.
    case status.CANCELLED:
      return new WireFailure(status.UNAVAILABLE, NOTHING, { cause: error, lost: sent });
    default:
      return new WireFailure(error.code, NOTHING, { cause: error, lost: sent });
  }
}

const tooLarge = (cause: Error): AppError =>
  new AppError({ kind: 'too_large', code: 'COMMON_TOO_LARGE', message: 'A message is too large.', cause });
