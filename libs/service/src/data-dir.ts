import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.js';

export interface DataDir {
  readonly path: string;
  release(): void;
}

/**
 * Makes the folder and takes it for this process. The lock is a database file held in an exclusive transaction: the
 * kernel lets go of it when the process dies, however it dies.
 * @throws StartError when another process holds it or it can't be written.
 */
export function lockDataDir(folder: string): DataDir {
  const path = resolve(folder);
  const lock = openLock(path);
  try {
    lock.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    lock.close();
    throw new StartError(
      `DATA_DIR ${path} is in use by another process. Stop that one, or start with another DATA_DIR.`,
      { cause: error },
    );
  }
  return { path, release: () => lock.close() };
}

function openLock(path: string): DatabaseSync {
  try {
    mkdirSync(path, { recursive: true });
    return new DatabaseSync(join(path, '.lock'));
  } catch (error) {
    throw new StartError(`DATA_DIR ${path} can't be written. Choose another folder.`, { cause: error });
  }
}
