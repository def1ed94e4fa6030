import { fsync, readSync, renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { AppendFile } from './append-file.js';
import { ByteWriter } from './byte-buffer.js';
import { type Effect } from './effect.js';
import { MAGIC, writeRecord } from './record.js';
import { type Entry, type Store } from './store.js';

/** What one turn of the event loop writes or copies, beyond which it lets others run. */
const CHUNK_BYTES = 1024 * 1024;
/** Members or fields of one record. */
const BATCH = 500;

export interface Compaction {
  readonly path: string;
  readonly store: Store;
  readonly journal: AppendFile;
  /** Brings the journal up to memory, as only what is written may enter the new file. */
  readonly flush: () => void;
  /** Takes the new file in the journal's place. Called in the turn of the rename. */
  readonly install: (file: AppendFile) => void;
  readonly faultPoint: (name: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Rewrites a journal to what is alive, while it is written to. The snapshot is taken key by key over many turns, so
 * keys in it are of different moments; then every record since its beginning follows. Effects are facts that may be
 * applied twice, so both together give the present store. Expired keys are not left out: a record that follows may
 * add to one, and must meet its end there. Whatever fails leaves the old journal in place.
 * The stall of one turn is a mebibyte of writing, or the largest key.
 */
export async function compact(compaction: Compaction): Promise<void> {
  const temporary = `${compaction.path}.compact`;
  const file = AppendFile.create(temporary);
  try {
    await rewrite(compaction, file, temporary);
  } catch (error) {
    file.close();
    rmSync(temporary, { force: true });
    throw error;
  }
  compaction.faultPoint('kv.compact.after-rename');
}

async function rewrite(compaction: Compaction, file: AppendFile, temporary: string): Promise<void> {
  const { journal, path, flush, faultPoint } = compaction;
  flush();
  let copied = journal.length;
  await snapshot(compaction, file);
  while (journal.length - copied > CHUNK_BYTES) {
    copied += copyChunk(journal, copied, file);
    await nextTurn(compaction.signal);
  }
  await promisify(fsync)(file.fd);
  compaction.signal.throwIfAborted();
  flush();
  while (copied < journal.length) copied += copyChunk(journal, copied, file);
  faultPoint('kv.compact.before-rename');
  renameSync(temporary, path);
  compaction.install(file);
}

async function snapshot({ store, flush, signal }: Compaction, file: AppendFile): Promise<void> {
  const out = new ByteWriter();
  file.append(MAGIC);
  for (const entry of store.entries()) {
    for (const effect of asEffects(entry)) writeRecord(out, [effect]);
    if (out.length < CHUNK_BYTES) continue;
    file.append(out.written());
    out.reset();
    await nextTurn(signal);
    flush();
  }
  file.append(out.written());
}

function* asEffects(entry: Entry): IterableIterator<Effect> {
  const { key, expiresAt } = entry;
  if (entry.kind === 'value') yield { op: 'put', key, value: entry.value, expiresAt };
  else if (entry.kind === 'hash') {
    for (const fields of batches(entry.hash.writes())) yield { op: 'setFields', key, fields, expiresAt };
  } else {
    for (const members of batches(entry.set.members())) yield { op: 'addScored', key, members, expiresAt };
  }
}

function* batches<T>(items: Iterable<T>): IterableIterator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function copyChunk(from: AppendFile, position: number, to: AppendFile): number {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, from.length - position));
  const count = readSync(from.fd, buffer, 0, buffer.length, position);
  if (count === 0) throw new Error('The journal ends before its length.');
  to.append(buffer.subarray(0, count));
  return count;
}

function nextTurn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => (signal.aborted ? reject(signal.reason as Error) : resolve()));
  });
}
