import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Numbers of `CommentCommand`'s fields. */
const ID = 1;
const PUBLISH = 10;

/**
 * The id of the comment that a command publishes; `undefined` for another command, and for bytes that are none: those
 * the writer can't read either. Texts are stepped over and not decoded, as this sees every command of everybody.
 */
export function publishedId(command: Uint8Array): bigint | undefined {
  const reader = new BinaryReader(command);
  let id = 0n;
  let publishes = false;
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === PUBLISH) publishes = true;
      if (field === ID) id = BigInt(reader.int64());
      else reader.skip(type, field);
    }
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  return publishes && id > 0n ? id : undefined;
}
