import { afterEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from './data-dir.js';

describe('lockDataDir', () => {
  const folders: TemporaryFolder[] = [];
  const folder = (): string => {
    const made = temporaryFolder();
    folders.push(made);
    return made.path;
  };
  afterEach(() => folders.splice(0).forEach((made) => made.remove()));

  it('makes the folder, and refuses a second owner in one line that says what to do', () => {
    const path = join(folder(), 'new', 'data');
    const first = lockDataDir(path);
    expect(() => lockDataDir(path)).toThrow(/^DATA_DIR .* is in use by another process\. Stop that one/);
    first.release();
    lockDataDir(path).release();
  });

  it('says so when the folder can not be one', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => lockDataDir(join(file, 'data'))).toThrow(/can't be written/);
  });
});
