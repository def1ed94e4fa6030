import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventLog, type EventLog, type Message } from '../src/index.js';

const CHILD = new URL('child.mjs', import.meta.url).pathname;
const PARTITIONS = [0, 1, 2];

interface Life {
  readonly acknowledged: readonly number[];
  /** Offsets by partition, in the order of handling. */
  readonly handled: readonly (readonly number[])[];
}

/** Lets a child live on the log until it dies at a fault point, or by our hand some lines later. */
async function live(
  url: string,
  first: number,
  death: { point: string; hit: number } | { lines: number },
): Promise<Life> {
  const [point, hit] = 'point' in death ? [death.point, death.hit] : ['-', 0];
  const child = spawn(process.execPath, [CHILD, url, point, String(hit), String(first)]);
  let [out, err] = ['', ''];
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    if ('lines' in death && out.split('\n').length > death.lines) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect([signal, err]).toEqual(['SIGKILL', '']);
  const lines = out.split('\n').map((line) => line.split(' '));
  const numbers = (word: string): number[][] =>
    lines.filter(([name]) => name === word).map((line) => line.slice(1).map(Number));
  const handled = numbers('handled');
  return {
    acknowledged: numbers('acknowledged').map(([, number]) => number ?? NaN),
    handled: PARTITIONS.map((each) =>
      handled.filter(([part]) => part === each).map(([, offset]) => offset ?? NaN),
    ),
  };
}

/** The durable offsets of the group, as the file has them. */
function committed(path: string): readonly number[] {
  const file = new DatabaseSync(path);
  const rows = file
    .prepare(
      `SELECT g.next_offset FROM group_offset g JOIN "partition" p ON p.id = g.partition_id
       JOIN topic t ON t.id = p.topic_id WHERE t.name = 't' ORDER BY number`,
    )
    .all();
  file.close();
  return rows.length === 0 ? PARTITIONS.map(() => 0) : rows.map((row) => Number(row['next_offset']));
}

async function readAll(log: EventLog, topic: string, partition: number): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const more = await log.read(topic, partition, BigInt(all.length), 1000);
    if (more.length === 0) return all;
    all.push(...more);
  }
}

const numberOf = ({ value }: Message): number => Number(Buffer.from(value).toString());

describe('a process killed with SIGKILL', () => {
  const deaths = [
    { point: 'events.append.before-commit', hit: 20 },
    { lines: 60 },
    { point: 'events.append.after-commit', hit: 20 },
    { point: 'events.deliver.before-handle', hit: 30 },
    { lines: 200 },
    { point: 'events.deliver.before-commit', hit: 30 },
    { point: 'events.dead.after-append', hit: 2 },
    { lines: 120 },
  ];
  const lives: { readonly life: Life; readonly from: readonly number[] }[] = [];
  const stored: (readonly Message[])[] = [];
  const dead: (readonly Message[])[] = [];
  let folder: string;
  let end: readonly number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storey-events-kill-'));
    const path = join(folder, 'log.db');
    let from = PARTITIONS.map(() => 0);
    for (const [index, death] of deaths.entries()) {
      lives.push({ from, life: await live(`sqlite:${path}`, 1 + index * 1_000_000, death) });
      from = [...committed(path)];
    }
    end = from;
    const log = await openEventLog(`sqlite:${path}`);
    for (const partition of PARTITIONS) {
      stored.push(await readAll(log, 't', partition));
      dead.push(await readAll(log, 't.dead', partition));
    }
    await log.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('has lost nothing that it acknowledged', () => {
    const there = new Set(stored.flat().map(numberOf));
    const acknowledged = lives.flatMap(({ life }) => life.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((number) => !there.has(number))).toEqual([]);
  });

  it('has kept the order of each key and left no gap in the offsets', () => {
    for (const messages of stored) {
      expect(messages.map(({ offset }) => Number(offset))).toEqual([...messages.keys()]);
      for (const key of new Set(messages.map((message) => message.key))) {
        const numbers = messages.filter((message) => message.key === key).map(numberOf);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
      }
    }
  });

  it('gets again only what was not committed, and skips nothing', () => {
    for (const partition of PARTITIONS) {
      const good = (offset: number): boolean => numberOf(stored[partition]?.[offset] as Message) % 10 !== 0;
      for (const { life, from } of lives) {
        // A batch with poison is handled up to it, and then each message alone: an offset may come twice.
        const seen = [...new Set(life.handled[partition])].toSorted((a, b) => a - b);
        const start = from[partition] ?? 0;
        const span = Array.from(
          { length: (seen.at(-1) ?? start - 1) - start + 1 },
          (_, index) => start + index,
        );
        expect(seen).toEqual(span.filter(good));
      }
    }
  });

  it('has a dead letter for each poison message that the group has passed', () => {
    for (const partition of PARTITIONS) {
      const passed = (stored[partition] ?? [])
        .slice(0, end[partition])
        .filter((message) => numberOf(message) % 10 === 0);
      const letters = new Set((dead[partition] ?? []).map(({ headers }) => headers['dead-offset']));
      expect(passed.filter(({ offset }) => !letters.has(String(offset)))).toEqual([]);
    }
    expect(dead.flat().length).toBeGreaterThan(5);
  });
});
