import { DatabaseSync } from 'node:sqlite';
import { unavailable } from '@storey/errors';

/**
 * Keeps a second process, and a second opening in this one, away from a file. The lock is SQLite's on an empty
 * database beside it: the system's own, so that it ends with the process however that ends, without a pid to guess by.
 * @returns the release. @throws AppError `unavailable` while another holds it.
 */
export function lockFile(path: string): () => void {
  const database = new DatabaseSync(`${path}.lock`);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw unavailable(`${path} is in use by another process.`, error);
  }
  return () => database.close();
}
