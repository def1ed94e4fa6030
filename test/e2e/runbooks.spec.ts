import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { eventually, startProcess } from '@storey/testing';
import { Client } from '../support/client.js';
import { Product } from '../support/product.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { runBlocks, runnable } from '../support/shell-blocks.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'apps/standalone/dist/main.js');

/** What the marked commands of a runbook print, run on the folder of `product`. */
async function follow(runbook: string, product: Product, which?: number): Promise<string> {
  const all = runnable(readFileSync(join(ROOT, 'docs/runbooks', runbook), 'utf8'));
  const blocks = which === undefined ? all : all.slice(which, which + 1);
  expect(blocks.length).toBeGreaterThan(0);
  return runBlocks(blocks, { cwd: ROOT, env: { DATA_DIR: product.folder.path } });
}

/** Opens a database of a product that is stopped. */
function withDatabase<T>(product: Product, file: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(product.folder.path, file));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

embeddedOnly('these runbooks are about files').describe('a runbook', () => {
  it('gets an administrator back', async () => {
    await using product = await Product.start();
    const newcomer = { ADMIN_USERNAME: 'root2', ADMIN_PASSWORD: 'another good one' };
    await product.stop();
    await product.begin(newcomer);
    const client = new Client(() => product.url);
    await expect(client.login('root2', newcomer.ADMIN_PASSWORD)).rejects.toThrow('401');
    await product.stop();
    expect(await follow('lost-administrator.md', product)).toContain('1 administrators less');
    await product.begin(newcomer);
    await client.login('root2', newcomer.ADMIN_PASSWORD);
    expect((await client.get('/auth/v1/me')).body.user.roles).toContain('admin');
    await client.login('root', 'correct horse battery');
    expect((await client.get('/auth/v1/me')).body.user.roles).toEqual(['user']);
  }, 90_000);

  it('shows parked rows and sets them free', async () => {
    await using product = await Product.start();
    const author = await new Client(() => product.url).register();
    await author.post('/web/v1/subjects/video/parked/comments', { text: 'An event follows.' });
    const states = (): unknown =>
      withDatabase(product, 'comment.db', (db) => db.prepare('select distinct state from outbox').all());
    await eventually(() => expect(states()).toEqual([{ state: 'sent' }]));
    await product.stop();
    withDatabase(product, 'comment.db', (db) => db.exec(`update outbox set state = 'parked', attempts = 6`));
    expect(await follow('parked-outbox-rows.md', product, 0)).toContain('comment.events.v1');
    expect(await follow('parked-outbox-rows.md', product, 1)).toMatch(
      /^comment: [1-9]\d* messages will be sent again/m,
    );
    await product.begin();
    await eventually(() => expect(states()).toEqual([{ state: 'sent' }]));
  }, 90_000);

  it('shows dead letters with their cause', async () => {
    await using product = await Product.start();
    await product.stop();
    withDatabase(product, 'events.db', (db) => {
      const topic = `select id from topic where name = 'comment.commands.v1'`;
      const place = `from partition where topic_id = (${topic}) and number = 0`;
      db.exec(`insert into message select id << 40, 1, 'video/7', '{}', x'ff' ${place}`);
      db.exec(`update partition set next_offset = 1 where topic_id = (${topic}) and number = 0`);
    });
    await product.begin();
    await eventually(async () => {
      const shown = await follow('dead-letters.md', product);
      expect(shown).toMatch(
        /comment\.commands\.v1\.dead.*video\/7.*comment\.job.*A command can't be applied/,
      );
    });
  }, 90_000);

  it('goes on behind a damaged journal', async () => {
    await using product = await Product.start();
    const author = await new Client(() => product.url).register();
    await author.post('/web/v1/subjects/video/damaged/comments', { text: 'In the journal.' });
    await product.process.kill('SIGKILL');
    const journal = join(product.folder.path, 'state.kv');
    const content = readFileSync(journal);
    const middle = content.length >> 1;
    content.writeUInt8((content[middle] ?? 0) ^ 0x10, middle);
    writeFileSync(journal, content);
    const env = { DATA_DIR: product.folder.path, PORT: '0', LOG_LEVEL: 'warn' };
    await using child = await startProcess(process.execPath, [MAIN], { env });
    await child.exited;
    const said = child.stderr.all.join('\n');
    expect(said).toContain('KV_JOURNAL_CORRUPT');
    const [, byte] = /is damaged at byte (\d+)/.exec(said) ?? [];
    truncateSync(journal, Number(byte));
    await product.begin();
    await eventually(async () => {
      const { body } = await author.get('/web/v1/subjects/video/damaged/counts');
      expect(body.counts.all).toBe(1);
    });
  }, 90_000);
});
