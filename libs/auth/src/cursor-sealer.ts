import { createHmac, timingSafeEqual } from 'node:crypto';
import { cursorInvalid } from '@storey/errors';

const VERSION = 1;
const MAC_BYTES = 16;
const MAX_CURSOR_LENGTH = 2048;
const MIN_SECRET_BYTES = 32;

/**
 * Turns the position inside a list into an opaque cursor and back. A cursor is good for the scope it was sealed
 * for (route, filter and order as one string) and for as long as the secret lives; it hides nothing.
 *
 * Layout, in canonical base64url: version 1 (1 byte) | position | HMAC-SHA-256 over version, scope and position,
 * cut to 16 bytes.
 */
export class CursorSealer {
  readonly #secret: Uint8Array;

  constructor({ secret }: { readonly secret: Uint8Array }) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new Error(`The cursor secret must have at least ${MIN_SECRET_BYTES} bytes.`);
    }
    this.#secret = secret;
  }

  /** @throws RangeError when the position is too long for a cursor of 2 KiB. */
  seal(scope: string, position: Uint8Array): string {
    const body = Buffer.concat([Uint8Array.of(VERSION), position]);
    const cursor = Buffer.concat([body, this.#mac(scope, body)]).toString('base64url');
    if (cursor.length > MAX_CURSOR_LENGTH) throw new RangeError('The position is too long for a cursor.');
    return cursor;
  }

  /** @throws AppError invalid, code COMMON_CURSOR_INVALID */
  open(scope: string, cursor: string): Uint8Array {
    if (cursor.length > MAX_CURSOR_LENGTH) throw cursorInvalid();
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.toString('base64url') !== cursor) throw cursorInvalid();
    if (bytes.length < 1 + MAC_BYTES || bytes[0] !== VERSION) throw cursorInvalid();
    const body = bytes.subarray(0, -MAC_BYTES);
    if (!timingSafeEqual(bytes.subarray(-MAC_BYTES), this.#mac(scope, body))) throw cursorInvalid();
    return new Uint8Array(body.subarray(1));
  }

  /** The scope goes in with its length, so that no part of it can pass for the beginning of a position. */
  #mac(scope: string, body: Uint8Array): Uint8Array {
    const name = Buffer.from(scope);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length);
    const mac = createHmac('sha256', this.#secret).update(length).update(name).update(body).digest();
    return mac.subarray(0, MAC_BYTES);
  }
}
