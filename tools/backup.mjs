#!/usr/bin/env node
import {
  closeSync,
  cpSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  DATABASES,
  FOLDERS,
  FORM,
  JOURNAL,
  LOG,
  MANIFEST,
  dataFolder,
  fileIn,
  folderNamed,
  sha256,
} from './backup/files.mjs';
import { Refusal, withSettings } from './stores.mjs';

/**
 * `npm run backup -- <folder>`: a copy of the embedded product, taken while it runs and is written to. It holds all that
 * was acknowledged before it began; `npm run restore` brings it to one position of the log. The folder appears when it is
 * whole. Order and reasons: docs/adr/0015. Runs on the build.
 */
const CHUNK = 1 << 20;

await withSettings('npm run backup', async (config) => {
  const target = folderNamed('backup', process.argv.slice(2));
  const source = dataFolder(config);
  if (existsSync(target)) throw new Refusal(`${target} is there already.`);
  if (!existsSync(fileIn(source, LOG))) throw new Refusal(`There is no product in DATA_DIR ${source}.`);
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const startedAt = Date.now();
  if (existsSync(fileIn(source, JOURNAL))) copyJournal(fileIn(source, JOURNAL), fileIn(partial, JOURNAL));
  for (const name of DATABASES) if (existsSync(fileIn(source, name))) copyDatabase(source, partial, name);
  for (const name of FOLDERS)
    if (existsSync(fileIn(source, name)))
      cpSync(fileIn(source, name), fileIn(partial, name), { recursive: true });
  const manifest = {
    form: FORM,
    startedAt,
    finishedAt: Date.now(),
    position: positionOf(partial),
    files: await listed(partial),
  };
  writeFileSync(fileIn(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const { name } of [...manifest.files, { name: MANIFEST }]) flush(fileIn(partial, name));
  renameSync(partial, target);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    `${target}: ${manifest.files.length} files, ${bytes} bytes, ${manifest.finishedAt - startedAt} ms`,
  );
});

/**
 * What the file holds now: it only grows, and a compaction puts another in its place, which this descriptor does not see. A
 * record cut short at the end was not acknowledged.
 */
function copyJournal(from, to) {
  const source = openSync(from, 'r');
  const target = openSync(to, 'wx', 0o600);
  const buffer = Buffer.alloc(CHUNK);
  const { size } = fstatSync(source);
  for (let at = 0; at < size;) {
    const read = readSync(source, buffer, 0, Math.min(CHUNK, size - at), at);
    if (read === 0) break;
    writeSync(target, buffer, 0, read);
    at += read;
  }
  closeSync(source);
  closeSync(target);
}

/** One state of the database, whoever writes meanwhile. */
function copyDatabase(source, target, name) {
  const database = new DatabaseSync(fileIn(source, name), { readOnly: true, timeout: 10_000 });
  try {
    database.prepare('vacuum into ?').run(fileIn(target, name));
  } finally {
    database.close();
  }
}

/** One past the last message of each partition of the copied log. */
function positionOf(folder) {
  const log = new DatabaseSync(fileIn(folder, LOG), { readOnly: true });
  try {
    const rows = log.prepare(
      `select t.name as topic, p.number as number, p.next_offset as next from topic t
       join "partition" p on p.topic_id = t.id order by t.name, p.number`,
    );
    const topics = Map.groupBy(rows.all(), ({ topic }) => topic);
    return Object.fromEntries(
      [...topics].map(([topic, all]) => [topic, all.map(({ next }) => String(next))]),
    );
  } finally {
    log.close();
  }
}

async function listed(folder) {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => fileIn(parentPath, name).slice(folder.length + 1));
  const files = names.sort().map(async (name) => {
    const file = fileIn(folder, name);
    return { name, bytes: statSync(file).size, sha256: await sha256(file) };
  });
  return Promise.all(files);
}

function flush(file) {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
