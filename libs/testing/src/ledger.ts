import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** How an operation ended, as its client saw it. `unknown`: it may or may not have happened. */
export type Outcome = 'ok' | 'fail' | 'unknown';

export interface LedgerEntry {
  readonly operation: string;
  /** The idempotency key it was sent with. */
  readonly key: string;
  /** Hash of the body, to tell one's own content from another's. */
  readonly bodyHash: string;
  readonly outcome: Outcome;
  /** What the server said, when it said something. */
  readonly answer?: unknown;
}

/** What a client was promised, durable before the client goes on: the witness against the system after a chaos run. */
export class Ledger implements Disposable {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  /** Returns when the entry is on disk. */
  append(entry: LedgerEntry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fsyncSync(this.#file);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** All entries in order. A last line that was cut by a crash is left out: its promise was never seen by anybody. */
export function readLedger(path: string): readonly LedgerEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as LedgerEntry);
}
