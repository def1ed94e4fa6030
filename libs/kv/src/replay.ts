import { readSync } from 'node:fs';
import { AppError } from '@storey/errors';
import { type AppendFile } from './append-file.js';
import { MAGIC, readRecord } from './record.js';
import { type Store } from './store.js';

const READ_BYTES = 4 * 1024 * 1024;

/**
 * Applies a journal to an empty store.
 * @returns the length of its sound part; what follows is one record cut short, never an acknowledged one.
 * @throws AppError `internal` when a record that was once whole is damaged.
 */
export function replay(path: string, file: AppendFile, store: Store): number {
  let at = checkMagic(path, file);
  let window: Buffer = Buffer.alloc(0);
  let wanted = READ_BYTES;
  for (;;) {
    const more = readAt(file, at + window.length, wanted);
    window = window.length === 0 ? more : Buffer.concat([window, more]);
    const { consumed, needed } = applyWhole(path, window, at, store);
    at += consumed;
    window = window.subarray(consumed);
    if (more.length === 0) return at;
    wanted = Math.max(READ_BYTES, needed - window.length);
  }
}

interface Progress {
  readonly consumed: number;
  /** Bytes of the record that is still incomplete. */
  readonly needed: number;
}

function applyWhole(path: string, window: Buffer, at: number, store: Store): Progress {
  let consumed = 0;
  for (;;) {
    const rest = window.subarray(consumed);
    const read = understand(path, rest, at + consumed);
    if (read.kind === 'incomplete') return { consumed, needed: read.needed };
    store.apply(read.effects);
    consumed += read.length;
  }
}

function understand(path: string, bytes: Buffer, at: number) {
  try {
    const read = readRecord(bytes);
    if (read.kind !== 'damaged') return read;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw corrupt(path, at, error);
  }
  throw corrupt(path, at);
}

function checkMagic(path: string, file: AppendFile): number {
  const head = readAt(file, 0, MAGIC.length);
  if (head.equals(MAGIC)) return MAGIC.length;
  // Killed while the first bytes were written; nothing was acknowledged yet.
  if (head.equals(MAGIC.subarray(0, head.length))) return 0;
  throw new AppError({
    kind: 'internal',
    code: 'KV_JOURNAL_CORRUPT',
    message: `${path} is not a key-value journal of this version.`,
  });
}

function readAt(file: AppendFile, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, file.length - position)));
  let read = 0;
  while (read < buffer.length) {
    const count = readSync(file.fd, buffer, read, buffer.length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return buffer.subarray(0, read);
}

const corrupt = (path: string, at: number, cause?: unknown): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_JOURNAL_CORRUPT',
    message:
      `The journal ${path} is damaged at byte ${at}. Restore it from a copy, ` +
      `or cut it at that byte to go on without all that follows.`,
    cause,
  });
