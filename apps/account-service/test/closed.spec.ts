import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { as, login, refresh, register, running, type Running } from './running.js';

let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

const startDeletion = (app: Running, username: string) =>
  register(app.accounts, username).then(async (me) => ({
    me,
    deletion: await as(me, () => app.accounts.startDeletion({})),
  }));

it('nobody signs in to an account whose deletion has begun, though no other service is there yet', async () => {
  await using app = await running(folder.path);
  const { me, deletion } = await startDeletion(app, 'leaver');
  expect(deletion).toMatchObject({
    state: 'pending',
    steps: [{ name: 'sessions', state: 'done' }, {}, {}, {}, {}],
  });
  await expect(login(app.accounts, 'leaver')).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
  await expect(refresh(app.accounts, me)).rejects.toMatchObject({ code: 'ACCOUNT_SESSION_REVOKED' });
  const { revocations } = await app.accounts.listRevocations({});
  expect(revocations.some(({ target }) => target.value === me.user?.id)).toBe(true);
});
