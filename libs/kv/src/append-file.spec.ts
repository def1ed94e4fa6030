import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendFile, type WriteAt } from './append-file.js';

describe('AppendFile', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kv-'));
    path = join(folder, 'file');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = (write: WriteAt): AppendFile => new AppendFile(openSync(path, 'w+'), 0, write);

  it('goes on after short writes', () => {
    const file = open((fd, bytes, position) => writeSync(fd, bytes, 0, Math.min(2, bytes.length), position));
    file.append(Buffer.from('hello'));
    file.append(Buffer.from(' you'));
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('hello you');
  });

  it('cuts off what a full disk let through before it writes again', () => {
    let room = 7;
    const file = open((fd, bytes, position) => {
      if (room === 0) throw new Error('ENOSPC');
      const count = writeSync(fd, bytes, 0, Math.min(room, bytes.length), position);
      room -= count;
      return count;
    });
    file.append(Buffer.from('one.'));
    expect(() => file.append(Buffer.from('two, and more.'))).toThrow('ENOSPC');
    expect(file.length).toBe(4);
    room = 100;
    file.append(Buffer.from('3.'));
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('one.3.');
  });
});
