import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** Removes it with all that is in it; again does nothing. */
  remove(): void;
}

/** A new empty folder. `using folder = temporaryFolder()` removes it at the end of the block. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'storey-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, remove, [Symbol.dispose]: remove };
}
