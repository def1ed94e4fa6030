#!/usr/bin/env node
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EPOCH } from '@storey/history';
import { openKv } from '@storey/kv';
import { republish } from '@storey/outbox';
import { lockDataDir } from '@storey/service';
import { openSql } from '@storey/sql';
import { FORM, JOURNAL, MANIFEST, dataFolder, fileIn, folderNamed, sha256 } from './backup/files.mjs';
import { DATABASES, Refusal, withSettings } from './stores.mjs';

/**
 * `npm run restore -- <folder>`: puts a backup into an empty DATA_DIR and brings its files to one position of the log, so that
 * the product can be started on it. Runs on the build.
 */
await withSettings('npm run restore', async (config) => {
  const source = folderNamed('restore', process.argv.slice(2));
  const target = dataFolder(config);
  const { startedAt, files } = manifestOf(source);
  await check(source, files);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new Refusal(`DATA_DIR ${target} is not empty. Choose another folder, or move what is there away.`);
  const lock = lockDataDir(target);
  try {
    for (const { name } of files) {
      mkdirSync(dirname(fileIn(target, name)), { recursive: true, mode: 0o700 });
      cpSync(fileIn(source, name), fileIn(target, name), { errorOnExist: true, preserveTimestamps: true });
    }
    await forgetEpoch(target);
    for (const database of DATABASES) await sendAgain(target, database, startedAt);
  } finally {
    lock.release();
  }
  console.log(`${target}: restored as of ${new Date(startedAt).toISOString()}; npm start`);
});

function manifestOf(folder) {
  const file = fileIn(folder, MANIFEST);
  if (!existsSync(file)) throw new Refusal(`${folder} is no whole backup: it has no ${MANIFEST}.`);
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  if (manifest.form !== FORM)
    throw new Refusal(`${folder} is of form ${manifest.form}; this release reads ${FORM}.`);
  return manifest;
}

/** @throws Refusal before anything is written. */
async function check(folder, files) {
  for (const { name, sha256: expected } of files) {
    const file = fileIn(folder, name);
    if (!existsSync(file) || (await sha256(file)) !== expected)
      throw new Refusal(`${name} of this backup is missing or not what was written.`);
  }
}

/**
 * The state is older than the log: as after a loss, history reads the tables again when history-job has written all that the
 * log holds. What stands in the state alone is still there, with its marks, and is swept.
 */
async function forgetEpoch(target) {
  const journal = fileIn(target, JOURNAL);
  if (!existsSync(journal)) return;
  const kv = await openKv(`file:${journal}`, { mayEvict: false });
  try {
    await kv.delete([EPOCH]);
  } finally {
    await kv.close();
  }
}

/** The database is newer than the log: what was sent since may not be in it. Consumers know each by its id. */
async function sendAgain(target, { domain, migrations }, startedAt) {
  const file = fileIn(target, `${domain}.db`);
  if (!existsSync(file)) return;
  const sql = await openSql(`sqlite:${file}`, { migrations });
  try {
    const total = await republish(sql, startedAt);
    if (total > 0) console.log(`${domain}: ${total} messages newer than the log will be sent again`);
  } finally {
    await sql.close();
  }
}
