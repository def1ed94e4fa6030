import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { describeKv } from './kv.contract.js';
import { openKv } from './open-kv.js';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kv-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeKv('file:', (clock) => openKv(`file:${folder}/${(count += 1)}.kv`, { clock }));
