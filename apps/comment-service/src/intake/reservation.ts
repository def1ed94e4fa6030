/** What is remembered under an idempotency key: first that an id was given out, later the answer too. */
export interface Reservation {
  readonly id: bigint;
  /** Of route and body, at most 255 bytes. */
  readonly fingerprint: Uint8Array;
  /** Several attempts run under this id: a refusal of the first is none of the others. */
  readonly shared?: boolean;
  /** Absent until the command was durable. */
  readonly answer?: Uint8Array;
}

const RESERVED = 1;
const DONE = 2;
const SHARED = 3;
const HEAD_BYTES = 10;

/** Layout: state (1 byte) | id (8) | length of the fingerprint (1) | fingerprint | answer. */
export function encodeReservation({ id, fingerprint, shared, answer }: Reservation): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(answer ? DONE : shared ? SHARED : RESERVED, 0);
  head.writeBigInt64BE(id, 1);
  head.writeUInt8(fingerprint.length, 9);
  return Buffer.concat([head, fingerprint, answer ?? new Uint8Array()]);
}

export function decodeReservation(bytes: Uint8Array): Reservation {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state = head.readUInt8(0);
  const answerAt = HEAD_BYTES + head.readUInt8(9);
  return {
    id: head.readBigInt64BE(1),
    fingerprint: bytes.slice(HEAD_BYTES, answerAt),
    ...(state === SHARED && { shared: true }),
    ...(state === DONE && { answer: bytes.slice(answerAt) }),
  };
}
