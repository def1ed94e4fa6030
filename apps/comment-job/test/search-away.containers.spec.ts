import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COMMANDS_TOPIC, Comments, commentIndex } from '@storey/comment';
import { noFaults } from '@storey/context';
import { ToxicProxy, eventually, realStores, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { Intake, type Sent } from './commands.js';
import { running, type Running } from './running.js';

/** The bound of the design is 30 s after the server is back. */
const HEALED = { timeoutMs: 30_000 };

describe('while Elasticsearch is away', () => {
  const prefix = `away${process.pid}-`;
  let folder: TemporaryFolder;
  let proxy: ToxicProxy;

  beforeEach(async () => {
    folder = temporaryFolder();
    proxy = await ToxicProxy.start({ targetPort: Number(new URL(realStores.elasticsearch).port) });
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    folder.remove();
    for (const path of [`${prefix}comments-1`, `_index_template/${prefix}comments`])
      await fetch(`${realStores.elasticsearch}/${path}`, { method: 'DELETE' });
  });

  const open = (): Promise<Running> =>
    running(folder.path, noFaults, {
      SEARCH_URL: `http://127.0.0.1:${proxy.port}?prefix=${prefix}&replicas=0`,
    });
  const found = async ({ platform }: Running): Promise<readonly bigint[]> => {
    const search = await platform.ports.search(commentIndex);
    return (await search.find({ text: 'hello', sort: 'old', limit: 100 })).map(({ id }) => id);
  };
  const apply = async (app: Running, sent: readonly Sent[]): Promise<void> => {
    await app.platform.ports.events.append(COMMANDS_TOPIC, sent);
    await eventually(async () => {
      expect(await new Comments(app.sql).byIds(sent.map(({ id }) => id))).toHaveProperty('size', sent.length);
    });
  };

  it.each([{ kind: 'down' }, { kind: 'timeout' }] as const)(
    'comments are applied, and found when it is back: %j',
    async (toxic) => {
      await using app = await open();
      const intake = new Intake();
      const [before, meanwhile] = [[intake.publish()], [intake.publish(), intake.publish()]];
      await apply(app, before);
      await eventually(async () => expect(await found(app)).toHaveLength(1), HEALED);
      proxy.set(toxic);
      await apply(app, meanwhile);
      await expect(found(app)).rejects.toMatchObject({ kind: 'unavailable' });
      proxy.set({ kind: 'none' });
      proxy.cut();
      const all = [...before, ...meanwhile].map(({ id }) => id);
      await eventually(async () => expect(await found(app)).toEqual(all), HEALED);
      const dead = await app.platform.ports.events.endOffsets('comment.events.v1.dead');
      expect(dead.every((end) => end === 0n)).toBe(true);
    },
  );

  it('the job starts, and fills the index when it is there', async () => {
    proxy.set({ kind: 'down' });
    await using app = await open();
    const sent = [new Intake().publish()];
    await apply(app, sent);
    proxy.set({ kind: 'none' });
    await eventually(async () => expect(await found(app)).toEqual(sent.map(({ id }) => id)), HEALED);
  });
});
