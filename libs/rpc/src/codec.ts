import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { AppError } from '@storey/errors';

/** Greatest message in bytes, both ways. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** @throws AppError too_large; or what protobuf throws on a value that is not of the field's type. */
export function encode(schema: DescMessage, init: MessageInitShape<DescMessage>): Uint8Array {
  return bounded(toBinary(schema, create(schema, init)));
}

/** @throws AppError too_large; or what protobuf throws on bytes that are no such message. */
export function decode(schema: DescMessage, bytes: Uint8Array): Message {
  return fromBinary(schema, bounded(bytes));
}

function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_MESSAGE_BYTES) return bytes;
  throw new AppError({
    kind: 'too_large',
    code: 'COMMON_TOO_LARGE',
    message: `A message has ${bytes.length} bytes; ${MAX_MESSAGE_BYTES} are allowed.`,
  });
}
