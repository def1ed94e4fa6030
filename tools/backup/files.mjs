import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Refusal, isEmbedded } from '../stores.mjs';

/** What a backup says of itself. Raised when files or their order change their meaning. */
export const FORM = 1;
export const MANIFEST = 'backup.json';

/** Kept as they are, where there are any. */
export const FOLDERS = ['secrets', 'imports'];
export const JOURNAL = 'state.kv';
export const LOG = 'events.db';

/**
 * In the order in which they are taken, after the journal of kv state: the log, then what is made from it. What is newer
 * than the log in a later file is known there by its id; nothing in an earlier one is unknown to a later one.
 */
export const DATABASES = [LOG, 'search.db', 'account.db', 'comment.db', 'history.db'];

const STORES = {
  [JOURNAL]: 'kvStateUrl',
  [LOG]: 'eventsUrl',
  'search.db': 'searchUrl',
  'account.db': 'sqlAccountUrl',
  'comment.db': 'sqlCommentUrl',
  'history.db': 'sqlHistoryUrl',
};

/** @returns where the files of the product are. @throws Refusal when some are elsewhere, or on servers. */
export function dataFolder(config) {
  for (const [file, setting] of Object.entries(STORES)) {
    const url = config[setting];
    if (!isEmbedded(url))
      throw new Refusal(`${url.split(':', 1)[0]}: is backed up by its server's own tools: docs/backup.md.`);
    if (!url.endsWith(':')) throw new Refusal(`${file} is not in DATA_DIR but at ${url}.`);
  }
  return resolve(config.dataDir);
}

export async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** @returns the folder that the command names. @throws Refusal when it names none. */
export function folderNamed(command, args) {
  if (args.length !== 1 || args[0].startsWith('-'))
    throw new Refusal(`Which folder? npm run ${command} -- <folder>`);
  return resolve(args[0]);
}

export const fileIn = (folder, name) => join(folder, name);
