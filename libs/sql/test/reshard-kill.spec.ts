import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { openSql, shardOfKey, tableFor, type Sql } from '@storey/sql';
import { reshardMigrations, type ReshardDb } from '../src/reshard/reshard-db.js';

const child = join(import.meta.dirname, 'reshard-child.mjs');
const hook = join(import.meta.dirname, 'typescript-sources.mjs');
const FLAGS = ['--conditions=@storey/source', '--disable-warning=ExperimentalWarning', '--import', hook];

/** By id: what the last acknowledged write said of it, and when. */
type Acknowledged = Map<string, readonly [name: string, at: string]>;

/** Runs the child until it is done, or has had `enough` writes acknowledged. @returns whether it ended by itself. */
async function run(args: readonly string[], known: Acknowledged, enough: number): Promise<boolean> {
  const running = spawn(process.execPath, [...FLAGS, child, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  running.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part));
  const exited = new Promise<number | null>((resolve) => running.once('exit', resolve));
  let text = '';
  for await (const part of running.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    if (text.split('\n').length > enough) running.kill('SIGKILL');
  }
  const code = await exited;
  expect(errors).toBe('');
  for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
    if (line === '') continue;
    const [id, name, at] = JSON.parse(line) as [string, string, string];
    known.set(id, [name, at]);
  }
  return code === 0;
}

/** Killed after an acknowledgement there may be one more write, that nobody was told of: then it is newer. */
async function expectKept(db: Sql<ReshardDb>, known: Acknowledged): Promise<void> {
  for (const [text, [, at]] of known) {
    const id = BigInt(text);
    const user = id * 1_000_003n;
    const thing = await db.read
      .selectFrom(tableFor('thing', id, db.tables))
      .select('name')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const seen = await db.read
      .selectFrom(tableFor('seen', shardOfKey(String(user)), db.tables))
      .select('at')
      .where('user_id', '=', user)
      .executeTakeFirstOrThrow();
    const [, round = '', n = ''] = thing.name.split(' ');
    expect(BigInt(round) * 1_000_000n + BigInt(n)).toBe(seen.at);
    expect(seen.at).toBeGreaterThanOrEqual(BigInt(at));
  }
}

it('keeps every acknowledged write through kill -9 of a process that writes and deals tables out anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'storey-reshard-'));
  const url = `sqlite:${folder}/killed.db`;
  const random = new SeededRandom(11);
  const known: Acknowledged = new Map();
  let round = 1;
  for (const to of ['8', '4']) {
    for (let enough = random.int(1, 300); ; enough = random.int(200, 3000) * round) {
      const isDone = await run([url, String(round), to], known, enough);
      round += 1;
      const db = await openSql<ReshardDb>(url, { migrations: reshardMigrations });
      await expectKept(db, known);
      const { count } = db.tables;
      await db.close();
      if (isDone) {
        expect(count).toBe(Number(to));
        break;
      }
    }
  }
  expect(round).toBeGreaterThan(4);
  expect(known.size).toBe(200);
  rmSync(folder, { recursive: true });
}, 300_000);
