import { CursorSealer } from '@storey/auth';

const VERSION = 1;
const KIND_FLOOR = 0;
const BITS = 7;
const MORE = 0x80;

/** Signs cursors as web-bff does, so that a page far down can be asked for without walking there. */
export class Cursors {
  #sealer;

  /** @param {string} secret as it is kept in DATA_DIR/secrets. */
  constructor(secret) {
    const text = secret.trim();
    const hex = /^(?:[0-9a-f]{2})+$/i.test(text);
    this.#sealer = new CursorSealer({ secret: Buffer.from(text, hex ? 'hex' : 'base64url') });
  }

  /** @param {string} scope the list, as its route names it. */
  belowFloor(scope, floor) {
    return this.#sealer.seal(scope, Uint8Array.from([VERSION, KIND_FLOOR, ...varint(floor)]));
  }
}

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 2 ** BITS)) {
    if (rest < MORE) return [...bytes, rest];
    bytes.push((rest % MORE) | MORE);
  }
}
