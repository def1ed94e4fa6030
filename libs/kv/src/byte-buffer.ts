/** A growing buffer to write into, kept from one use to the next. Text is ASCII, which the port's rules see to. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  length = 0;

  u8(value: number): void {
    this.length = this.#room(1).writeUInt8(value, this.length);
  }

  u16(value: number): void {
    this.length = this.#room(2).writeUInt16LE(value, this.length);
  }

  u32(value: number): void {
    this.length = this.#room(4).writeUInt32LE(value, this.length);
  }

  double(value: number): void {
    this.length = this.#room(8).writeDoubleLE(value, this.length);
  }

  text(value: string): void {
    this.u16(value.length);
    this.length += this.#room(value.length).write(value, this.length, 'latin1');
  }

  bytes(value: Uint8Array): void {
    this.u32(value.byteLength);
    this.#room(value.byteLength).set(value, this.length);
    this.length += value.byteLength;
  }

  /** A view of what was written, valid until the next write. */
  written(from = 0): Buffer {
    return this.#buffer.subarray(from, this.length);
  }

  /** Starts over; a buffer that had to grow beyond `keep` bytes is given back. */
  reset(keep = 8 * 1024 * 1024): void {
    this.length = 0;
    if (this.#buffer.length > keep) this.#buffer = Buffer.allocUnsafe(64 * 1024);
  }

  #room(bytes: number): Buffer {
    const needed = this.length + bytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.length);
      this.#buffer = grown;
    }
    return this.#buffer;
  }
}

/** Reads what ByteWriter wrote. @throws RangeError beyond the end. */
export class ByteReader {
  #at = 0;

  constructor(private readonly buffer: Buffer) {}

  get done(): boolean {
    return this.#at >= this.buffer.length;
  }

  u8(): number {
    return this.buffer.readUInt8(this.#advance(1));
  }

  u16(): number {
    return this.buffer.readUInt16LE(this.#advance(2));
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.#advance(4));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.#advance(8));
  }

  text(): string {
    const length = this.u16();
    const at = this.#advance(length);
    return this.buffer.toString('latin1', at, at + length);
  }

  /** A copy, so that the buffer read from is not kept alive. */
  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#advance(length);
    return new Uint8Array(this.buffer.subarray(at, at + length));
  }

  #advance(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.buffer.length) throw new RangeError('A record ends before its content.');
    this.#at += bytes;
    return at;
  }
}
