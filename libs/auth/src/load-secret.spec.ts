import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSecret } from './index.js';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'storey-secret-')), 'secrets');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const load = (rest: { given?: string; givenFile?: string } = {}): Promise<Uint8Array> =>
  loadSecret({ name: 'internal', folder, ...rest });

describe('loadSecret', () => {
  it('makes 32 bytes once, for the owner alone, and finds them again', async () => {
    const first = await load();
    expect(first).toHaveLength(32);
    expect(await load()).toEqual(first);
    expect((await stat(join(folder, 'internal'))).mode & 0o777).toBe(0o600);
  });

  it('gives processes that start together one secret, and leaves no drafts', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => load()));
    expect(new Set(all.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['internal']);
  });

  it('gives different secrets different bytes', async () => {
    expect(await loadSecret({ name: 'cursor', folder })).not.toEqual(await load());
  });

  it('takes base64url and hex from outside and touches no file then', async () => {
    const bytes = Buffer.alloc(32, 0xfb);
    expect(Buffer.from(await load({ given: bytes.toString('hex').toUpperCase() }))).toEqual(bytes);
    expect(Buffer.from(await load({ given: ` ${bytes.toString('base64url')}\n` }))).toEqual(bytes);
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes the file that it wrote itself as a given file', async () => {
    const secret = await load();
    await expect(load({ givenFile: join(folder, 'internal') })).resolves.toEqual(secret);
  });

  it.each([
    ['too short', 'AAAA', 'has 2 bytes; at least 32'],
    ['empty', '', 'must be base64url or hex'],
    ['a phrase', 'correct horse battery staple correct horse', 'must be base64url or hex'],
  ])('says what is wrong with a secret that is %s, and not what it is', async (_, given, message) => {
    await expect(load({ given })).rejects.toThrow(`The secret "internal" ${message}`);
    if (given) await expect(load({ given })).rejects.not.toThrow(given);
  });

  it('refuses a damaged file instead of replacing it', async () => {
    await load();
    await writeFile(join(folder, 'internal'), 'gone');
    await expect(load()).rejects.toThrow('The secret "internal"');
    expect(await readFile(join(folder, 'internal'), 'utf8')).toBe('gone');
  });

  it('refuses two sources, a missing file, and a name that is a path', async () => {
    await expect(load({ given: 'a', givenFile: 'b' })).rejects.toThrow('both');
    await expect(load({ givenFile: join(folder, 'nope') })).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(loadSecret({ name: '../x', folder })).rejects.toThrow('no name');
  });
});
