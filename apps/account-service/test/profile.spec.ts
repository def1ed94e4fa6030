import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { as, register, running, within, type Running } from './running.js';

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

describe('my profile', () => {
  it('changes in what is named and stays in the rest', async () => {
    const me = await register(app.accounts, 'painter');
    const avatarUrl = 'https://example.org/me.png';
    await as(me, () => app.accounts.updateMe({ avatarUrl }));
    await as(me, () => app.accounts.updateMe({ displayName: '  画家 👩‍🎨 ' }));
    const { user } = await as(me, () => app.accounts.getMe({}));
    expect(user).toMatchObject({ username: 'painter', displayName: '画家 👩‍🎨', avatarUrl });
    await as(me, () => app.accounts.updateMe({ avatarUrl: '' }));
    expect((await as(me, () => app.accounts.getMe({}))).user?.avatarUrl).toBe('');
  });

  it.each([
    [{ displayName: ' ' }, '/displayName'],
    [{ avatarUrl: 'javascript:alert(1)' }, '/avatarUrl'],
    [{ avatarUrl: 'x' }, '/avatarUrl'],
    [{ avatarUrl: `https://x/${'y'.repeat(2048)}` }, '/avatarUrl'],
  ])('refuses %j', async (change, path) => {
    const me = { principal: { userId: '1', sessionId: '1', roles: ['user'] as const, level: 0 } };
    const call = within(me, () => app.accounts.updateMe(change));
    await expect(call).rejects.toMatchObject({ kind: 'invalid', details: { errors: [{ path }] } });
  });

  it('is nobody’s without a caller, or when the caller is gone', async () => {
    await expect(app.accounts.getMe({})).rejects.toMatchObject({ code: 'GATEWAY_TOKEN_REQUIRED' });
    const gone = { principal: { userId: '1', sessionId: '1', roles: ['user'] as const, level: 0 } };
    const call = within(gone, () => app.accounts.getMe({}));
    await expect(call).rejects.toMatchObject({ code: 'GATEWAY_TOKEN_INVALID' });
  });
});

describe('others', () => {
  it('are found by id and by name; who is unknown is left out', async () => {
    const { user } = await register(app.accounts, 'found');
    const id = user?.id ?? 0n;
    expect((await app.accounts.batchGetUsers({ ids: [id, id, 1n] })).users).toMatchObject([{ id }]);
    const usernames = ['FOUND', 'nobody', 'no name!'];
    expect((await app.accounts.findUsers({ usernames })).users).toMatchObject([{ id }]);
    expect((await app.accounts.batchGetUsers({ ids: [] })).users).toEqual([]);
  });

  it('are asked for 200 at a time', async () => {
    const ids = Array.from({ length: 201 }, () => 1n);
    await expect(app.accounts.batchGetUsers({ ids })).rejects.toMatchObject({ kind: 'invalid' });
    const usernames = ids.map(String);
    await expect(app.accounts.findUsers({ usernames })).rejects.toMatchObject({ kind: 'invalid' });
  });
});
