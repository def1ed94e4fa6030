import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { as, register, running, type Running } from './running.js';

let folder: TemporaryFolder;
let app: Running;

beforeAll(async () => {
  folder = temporaryFolder();
  app = await running(folder.path);
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  folder.remove();
});

const DAY_MS = 24 * 3_600_000;
const day = (days = 0): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe('the first visit of a day', () => {
  it('is worth points once, however often it is told of', async () => {
    const me = await register(app.accounts, 'visitor');
    const visits = Array.from({ length: 5 }, () => as(me, () => app.accounts.visit({ date: day() })));
    const told = (await Promise.all(visits)).map(({ points }) => points);
    expect(told.sort()).toEqual([0, 0, 0, 0, 10]);
    expect((await as(me, () => app.accounts.getMe({}))).user?.points).toBe(10n);
  });

  it.each([day(-2), day(3), 'today', '', '2026-02-30'])(
    'on %p is none, as it is that day nowhere',
    async (date) => {
      const me = await register(app.accounts, `v${date.replaceAll('-', '')}xx`.slice(0, 30));
      expect(await as(me, () => app.accounts.visit({ date }))).toMatchObject({ points: 0 });
    },
  );
});
