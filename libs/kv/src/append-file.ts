import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

export type WriteAt = (fd: number, bytes: Uint8Array, position: number) => number;

const writeAt: WriteAt = (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.byteLength, position);

/**
 * A file that only grows, and never by a part: what could not be written whole is cut off again, at the latest before
 * the next write. Writes are synchronous, as a copy into the page cache is far cheaper than a trip through the thread
 * pool, where it would queue behind password hashing.
 */
export class AppendFile {
  #length: number;
  #hasRemains = false;

  constructor(
    readonly fd: number,
    length: number,
    private readonly write: WriteAt = writeAt,
  ) {
    this.#length = length;
  }

  static create(path: string): AppendFile {
    return new AppendFile(openSync(path, 'w+', 0o600), 0);
  }

  get length(): number {
    return this.#length;
  }

  /** @throws what the system said; the file is as it was. */
  append(bytes: Uint8Array): void {
    if (this.#hasRemains) this.truncate(this.#length);
    try {
      this.#writeAll(bytes);
      this.#length += bytes.byteLength;
    } catch (error) {
      this.#hasRemains = true;
      throw error;
    }
  }

  truncate(length: number): void {
    ftruncateSync(this.fd, length);
    this.#length = length;
    this.#hasRemains = false;
  }

  close(): void {
    closeSync(this.fd);
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.byteLength;) {
      done += this.write(this.fd, bytes.subarray(done), this.#length + done);
    }
  }
}
