import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { SeededRandom } from '@storey/context';
import { openSql } from '@storey/sql';
import { sql } from 'kysely';

const KILLS = 5;
const child = join(import.meta.dirname, 'committing-child.mjs');
const hook = join(import.meta.dirname, 'typescript-sources.mjs');

/** Runs the child until `enough` commits were acknowledged, kills it, and gives the acknowledged ids. */
async function commitAndKill(url: string, first: bigint, enough: number): Promise<bigint[]> {
  const flags = ['--conditions=@storey/source', '--disable-warning=ExperimentalWarning', '--import', hook];
  const { stdout, kill, exited, stderr } = start([...flags, child, url, String(first)]);
  let text = '';
  let lines = 0;
  for await (const part of stdout.setEncoding('utf8') as AsyncIterable<string>) {
    text += part;
    lines += part.split('\n').length - 1;
    if (lines >= enough) kill();
  }
  expect(await exited).toBe('SIGKILL');
  expect(stderr()).toBe('');
  return text.slice(0, text.lastIndexOf('\n')).split('\n').map(BigInt);
}

function start(args: readonly string[]) {
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  running.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part));
  const exited = new Promise<NodeJS.Signals | null>((resolve) =>
    running.once('exit', (_, signal) => resolve(signal)),
  );
  return { stdout: running.stdout, kill: () => running.kill('SIGKILL'), exited, stderr: () => errors };
}

it('keeps every acknowledged row, whole transactions only, through kill -9', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'storey-sql-'));
  const url = `sqlite:${folder}/killed.db`;
  const random = new SeededRandom(7);
  const acknowledged: bigint[] = [];
  for (let n = 0; n < KILLS; n += 1) {
    acknowledged.push(...(await commitAndKill(url, BigInt(n) * 1_000_000n + 1n, random.int(1, 400))));
  }
  const up = () => Promise.resolve();
  const db = await openSql<{ t: { id: bigint; twin: bigint } }>(url, { migrations: { '1': { up } } });
  const rows = await db.read.selectFrom('t').selectAll().execute();
  const stored = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  expect(rows.filter(({ twin }) => !stored.has(twin))).toEqual([]);
  expect((await sql`pragma integrity_check`.execute(db.read)).rows).toEqual([{ integrity_check: 'ok' }]);
  await db.close();
  rmSync(folder, { recursive: true });
});
