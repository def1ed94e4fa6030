import { expect, it } from '@jest/globals';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '@storey/testing';
import { Client } from '../support/client.js';
import { Commenting, newSubject, soon } from '../support/commenting.js';
import { Product } from '../support/product.js';
import { Stores } from '../support/stores.js';
import { embeddedOnly } from '../support/topology/topology.js';
import { quiet } from '../faults/chaos/quiet.js';

/** Posts and reports without a pause until told to stop. */
class Writer {
  /** Texts and history that were acknowledged. */
  readonly posted: string[] = [];
  readonly watched: string[] = [];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly client: Client,
    private readonly path: string,
  ) {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let k = 0; !this.#stopped; k += 1) {
      const text = `text ${this.path} ${k}`;
      if ((await this.client.post(`${this.path}/comments`, { text })).status === 202) this.posted.push(text);
      const put = await this.client.put(`/web/v1/history/video/v${k}`, { progress: k + 1 });
      if (put.status === 202) this.watched.push(`v${k}`);
    }
  }
}

async function allTexts(client: Client, path: string): Promise<string[]> {
  const texts: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await client.get(`${path}/comments?sort=old&limit=50${after}`);
    texts.push(...body.comments.map((comment: { text: string }) => comment.text));
    cursor = body.nextCursor;
  }
  return texts;
}

const empty = (folder: string): void => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
};

interface Manifest {
  readonly files: readonly { readonly name: string }[];
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')) as Manifest;

/** Makes `into` what a backup would have been that took `names` when `earlier` was taken, and all else later. */
function takeFrom(earlier: string, into: string, names: readonly string[]): void {
  for (const name of names) cpSync(join(earlier, name), join(into, name));
  const old = manifestOf(earlier);
  const files = manifestOf(into).files.map((file) =>
    names.includes(file.name) ? old.files.find(({ name }) => name === file.name) : file,
  );
  writeFileSync(join(into, 'backup.json'), JSON.stringify({ ...old, files }));
}

embeddedOnly('it copies files').describe('a backup', () => {
  it('taken under load has all that was acknowledged before it began, once, and a product lives on from it', async () => {
    await using product = await Product.start({ LIMITS: 'off', HISTORY_WINDOW_MS: '500' });
    using space = temporaryFolder();
    const folder = join(space.path, 'backup');
    const paths = [newSubject(), newSubject()];
    const clients = await Promise.all(paths.map(() => new Client(() => product.url).register()));
    const writers = clients.map((client, i) => new Writer(client, paths[i] ?? ''));
    await soon(async () =>
      expect(Math.min(...writers.map(({ posted }) => posted.length))).toBeGreaterThan(20),
    );
    const before = writers.map(({ posted, watched }) => ({ posted: [...posted], watched: [...watched] }));
    const { code, said } = await product.run('backup', folder);
    expect([code, said]).toEqual([0, expect.stringMatching(/\d+ files/)]);
    await Promise.all(writers.map((writer) => writer.stop()));
    await product.stop();

    empty(product.folder.path);
    const restored = await product.run('restore', folder);
    expect([restored.code, restored.said]).toEqual([0, expect.stringContaining('restored as of')]);
    await product.begin();
    {
      using stores = new Stores(product.folder.path);
      await quiet(() => stores);
    }
    for (const [i, client] of clients.entries()) {
      const texts = await allTexts(client, paths[i] ?? '');
      expect(texts.length).toBe(new Set(texts).size);
      expect(before[i]?.posted.filter((text) => !texts.includes(text))).toEqual([]);
      for (const oid of before[i]?.watched ?? [])
        await soon(async () => expect((await client.get(`/web/v1/history/video/${oid}`)).status).toBe(200));
    }
    const commenting = new Commenting(() => product);
    await commenting.posted(clients[0] as Client, paths[0] ?? '', 'Life goes on.');
    {
      using stores = new Stores(product.folder.path);
      await quiet(() => stores);
    }
    await product.stop();
    const checked = await product.run('reconcile');
    expect([checked.code, checked.said]).toEqual([0, expect.stringMatching(/^0 differences$/m)]);
  }, 240_000);

  it('agrees on the log again, however much newer its databases are, and however much older its state is', async () => {
    await using product = await Product.start({ HISTORY_WINDOW_MS: '500' });
    using space = temporaryFolder();
    const [early, late, same] = ['early', 'late', 'same'].map((name) => join(space.path, name)) as [
      string,
      string,
      string,
    ];
    const author = await new Client(() => product.url).register();
    const commenting = new Commenting(() => product);
    const path = newSubject();
    const take = async (folder: string): Promise<void> => {
      await product.stop();
      expect((await product.run('backup', folder)).code).toBe(0);
    };
    const restore = async (folder: string): Promise<void> => {
      empty(product.folder.path);
      expect((await product.run('restore', folder)).code).toBe(0);
      await product.begin();
      using stores = new Stores(product.folder.path);
      await quiet(() => stores);
    };
    await commenting.posted(author, path, 'Before.');
    await author.get('/web/v1/history');
    await take(early);
    await product.begin();
    const { id } = await commenting.posted(author, path, 'Between.');
    await author.put('/web/v1/history/video/between', { progress: 7 });
    await take(late);
    cpSync(late, same, { recursive: true });

    takeFrom(early, late, ['state.kv', 'events.db', 'search.db']);
    await restore(late);
    expect((await commenting.anyone().get(`/web/v1/comments/${id}`)).status).toBe(200);
    await product.stop();
    const checked = await product.run('reconcile');
    expect([checked.code, checked.said]).toEqual([0, expect.stringMatching(/^0 differences$/m)]);

    takeFrom(early, same, ['state.kv']);
    await restore(same);
    await soon(async () => expect((await author.get('/web/v1/history')).body.records).toHaveLength(1));
  }, 240_000);

  it('is refused where it would spoil something', async () => {
    await using product = await Product.start();
    using space = temporaryFolder();
    const folder = join(space.path, 'backup');
    const refused = async (name: string, ...args: string[]): Promise<string> => {
      const { code, said } = await product.run(name, ...args);
      expect([code, said.trim().split('\n').length]).toEqual([1, 1]);
      return said;
    };
    expect(await refused('backup')).toContain('Which folder?');
    expect((await product.run('backup', folder)).code).toBe(0);
    expect(await refused('backup', folder)).toContain('is there already');
    await product.stop();
    expect(await refused('restore', folder)).toContain('is not empty');
    expect(await refused('restore', space.path)).toContain('no whole backup');
    empty(product.folder.path);
    const file = join(folder, 'comment.db');
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
    writeFileSync(file, bytes);
    expect(await refused('restore', folder)).toContain(
      'comment.db of this backup is missing or not what was written',
    );
    expect(readdirSync(product.folder.path)).toEqual([]);
  }, 120_000);
});
