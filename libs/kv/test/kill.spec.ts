import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@storey/context';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openKv } from '../src/index.js';

const child = join(import.meta.dirname, 'child.mjs');

/** Runs the writer until it is killed. @returns the greatest number it was told is written. */
async function run(path: string, first: number, killAt: string, nth: number): Promise<number> {
  const process_ = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    child,
    path,
    String(first),
    killAt,
    String(nth),
  ]);
  let out = '';
  let failure = '';
  process_.stdout.on('data', (chunk) => {
    out += String(chunk);
    if (killAt === 'any' && out.split('\n').length > nth) process_.kill('SIGKILL');
  });
  process_.stderr.on('data', (chunk) => (failure += String(chunk)));
  const [, signal] = (await once(process_, 'close')) as [number | null, string | null];
  expect({ signal, failure }).toEqual({ signal: 'SIGKILL', failure: '' });
  const lines = out.slice(0, out.lastIndexOf('\n')).split('\n').slice(1);
  return lines.map(Number).reduce((a, b) => Math.max(a, b), first - 1);
}

describe('a process that is killed', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kv-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
  const moments: readonly (readonly [string, number])[] = [
    ['any', random.int(1, 3000)],
    ['kv.journal.before-write', random.int(1, 500)],
    ['kv.journal.after-write', random.int(1, 500)],
    ['kv.compact.before-rename', 1],
    ['kv.compact.after-rename', 1],
    ['any', random.int(1, 3000)],
  ];

  it('leaves everything it was told is written, whenever it is killed', async () => {
    const path = join(folder, 'state.kv');
    let next = 0;
    for (const [killAt, nth] of moments) {
      const last = await run(path, next, killAt, nth);
      const kv = await openKv(`file:${path}`);
      for (let n = Math.max(next, last - 40); n <= last; n += 1) {
        const value = Number(Buffer.from((await kv.get(`k${n % 50}`)) ?? []).toString());
        expect(value).toBeGreaterThanOrEqual(n);
        expect((await kv.scoresOf('all', [String(n % 500)]))[0]).toBeGreaterThanOrEqual(n);
      }
      await kv.close();
      expect(last).toBeGreaterThan(next);
      next = last + 100;
    }
  });
});
