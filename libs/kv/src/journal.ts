import { mkdirSync, openSync, fstatSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { unavailable } from '@storey/errors';
import { AppendFile } from './append-file.js';
import { ByteWriter } from './byte-buffer.js';
import { compact } from './compaction.js';
import { type Durability } from './durability.js';
import { type Effect, type Undo } from './effect.js';
import { lockFile } from './file-lock.js';
import { MAGIC, writeRecord } from './record.js';
import { replay } from './replay.js';
import { type Store } from './store.js';

/** What an operator should see in a log. */
export type KvNotice =
  /** The last record was cut short by the end of a process and dropped; it was not acknowledged. */
  | { readonly kind: 'truncated'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'compacted'; readonly path: string; readonly from: number; readonly to: number }
  /** The old journal stays in use; it is tried again when that has doubled. */
  | { readonly kind: 'compaction_failed'; readonly path: string; readonly cause: unknown }
  | { readonly kind: 'write_failed'; readonly path: string; readonly cause: unknown }
  /** The connection to a server, or to every server of a cluster, came or went; it is tried again without end. */
  | { readonly kind: 'connected' | 'disconnected'; readonly server: string };

export interface JournalOptions {
  readonly faultPoint: (name: string) => void;
  readonly onNotice: (notice: KvNotice) => void;
  readonly compactAboveBytes: number;
}

/** Beyond this a turn's records are written before its end. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
const COMPACT_FACTOR = 4;

/** Replays the journal at `path` into `store`, rewrites it to what is alive, and takes it into use. */
export async function openJournal(path: string, store: Store, options: JournalOptions): Promise<Journal> {
  mkdirSync(dirname(path), { recursive: true });
  const release = lockFile(path);
  try {
    const journal = new Journal(path, load(path, store, options), store, { ...options, release });
    await journal.begin();
    return journal;
  } catch (error) {
    release();
    throw error;
  }
}

function load(path: string, store: Store, { onNotice }: JournalOptions): AppendFile {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const file = new AppendFile(fd, fstatSync(fd).size);
  try {
    const sound = replay(path, file, store);
    if (sound < file.length) {
      onNotice({ kind: 'truncated', path, bytes: file.length - sound });
      file.truncate(sound);
    }
    if (sound === 0) file.append(MAGIC);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

export class Journal implements Durability {
  readonly #pending = new ByteWriter();
  #undos: Undo[] = [];
  #batch: PromiseWithResolvers<void> | undefined;
  #scheduled = false;
  #failing = false;
  #compaction: Promise<void> | undefined;
  readonly #abort = new AbortController();
  #compactAbove: number;

  constructor(
    private readonly path: string,
    private file: AppendFile,
    private readonly store: Store,
    private readonly options: JournalOptions & { readonly release: () => void },
  ) {
    this.#compactAbove = options.compactAboveBytes;
  }

  /** Buries what expired while nobody was here, and rewrites the file to what is alive. */
  async begin(): Promise<void> {
    const expired = this.store.expiredAmongNext(this.store.size);
    for (const key of expired) {
      const effects = [{ op: 'delete', key }] as const;
      this.append(effects, this.store.apply(effects));
    }
    await this.written();
    await this.compact();
  }

  append(effects: readonly Effect[], undo: Undo): void {
    writeRecord(this.#pending, effects);
    this.#undos.push(undo);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#endOfTurn());
  }

  written(): Promise<void> | undefined {
    if (this.#undos.length === 0) return undefined;
    this.#batch ??= Promise.withResolvers();
    const { promise } = this.#batch;
    if (this.#pending.length > MAX_PENDING_BYTES) this.#flush();
    return promise;
  }

  async probe(): Promise<void> {
    if (this.#failing) this.append([], () => undefined);
    await this.written();
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The key-value store is closing.'));
    await this.#compaction;
    this.#flush();
    this.file.close();
    this.options.release();
  }

  /** Never rejects: a journal that could not be rewritten is still a journal. */
  async compact(): Promise<void> {
    const { path, store, file } = this;
    const { faultPoint, onNotice } = this.options;
    try {
      await compact({
        path,
        store,
        journal: file,
        flush: () => this.#flush(),
        install: (next) => (this.file = next),
        faultPoint,
        signal: this.#abort.signal,
      });
      this.#compactAbove = this.options.compactAboveBytes;
      onNotice({ kind: 'compacted', path, from: file.length, to: this.file.length });
    } catch (error) {
      this.#compactAbove = 2 * this.file.length;
      if (!this.#abort.signal.aborted) onNotice({ kind: 'compaction_failed', path, cause: error });
    }
    if (this.file !== file) file.close();
  }

  #endOfTurn(): void {
    this.#scheduled = false;
    this.#flush();
    if (this.#compaction || this.#abort.signal.aborted) return;
    if (this.file.length <= this.#compactAbove) return;
    if (this.file.length <= COMPACT_FACTOR * this.store.bytes) return;
    this.#compaction = this.compact().finally(() => (this.#compaction = undefined));
  }

  /** One write for all that is pending; if it fails memory goes back to what the file says. */
  #flush(): void {
    if (this.#undos.length === 0) return;
    const batch = this.#batch;
    const undos = this.#undos;
    this.#batch = undefined;
    this.#undos = [];
    try {
      this.#writePending();
      this.#failing = false;
      batch?.resolve();
    } catch (error) {
      for (const undo of undos.reverse()) undo();
      if (!this.#failing) this.options.onNotice({ kind: 'write_failed', path: this.path, cause: error });
      this.#failing = true;
      batch?.reject(unavailable('The key-value store cannot write.', error));
    } finally {
      this.#pending.reset();
    }
  }

  #writePending(): void {
    const start = this.file.length;
    this.options.faultPoint('kv.journal.before-write');
    this.file.append(this.#pending.written());
    try {
      this.options.faultPoint('kv.journal.after-write');
    } catch (error) {
      this.file.truncate(start);
      throw error;
    }
  }
}
