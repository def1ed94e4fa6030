import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { REVOCATION_EPOCH, REVOCATION_LIST } from '@storey/account';
import { unavailable } from '@storey/errors';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { PASSWORD, as, login, principalOf, refresh, register, running, type Running } from './running.js';

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

/** What the gateways were told. */
const news = async (): Promise<readonly string[]> => {
  const page = await app.platform.ports.kvState.rangeByScore(REVOCATION_LIST, {
    order: 'ascending',
    limit: 100,
  });
  return page.map(({ member }) => member);
};

/** What the database knows. */
const listed = async (): Promise<readonly string[]> => {
  const { revocations } = await app.accounts.listRevocations({});
  return revocations.map(({ target }) => `${target.case === 'sessionId' ? 's' : 'u'}:${target.value}`);
};

const newsOf = ({ accessToken }: { readonly accessToken: string }): string =>
  `s:${principalOf(accessToken).sessionId}`;

const revoked = { kind: 'unauthenticated', code: 'ACCOUNT_SESSION_REVOKED' };

describe('a refresh token', () => {
  it('is good once and makes the next one', async () => {
    const first = await register(app.accounts, 'rotating');
    const second = await refresh(app.accounts, first);
    const third = await refresh(app.accounts, second);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(principalOf(third.accessToken)).toEqual(principalOf(first.accessToken));
    expect(third.expiresInSeconds).toBe(900);
  });

  it('that was spent, however long ago, ends the session for whoever holds a token of it', async () => {
    const first = await register(app.accounts, 'copied');
    const last = await refresh(app.accounts, await refresh(app.accounts, first));
    await expect(refresh(app.accounts, first)).rejects.toMatchObject(revoked);
    await expect(refresh(app.accounts, last)).rejects.toMatchObject(revoked);
    expect(await news()).toContain(newsOf(first));
    expect(await listed()).toContain(newsOf(first));
  });

  it('used twice at the same moment is a spent one', async () => {
    const first = await register(app.accounts, 'double');
    const both = await Promise.allSettled([refresh(app.accounts, first), refresh(app.accounts, first)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listed()).toContain(newsOf(first));
  });

  it('that is invented ends no session, though it names one', async () => {
    const first = await register(app.accounts, 'guessed');
    const bytes = Buffer.from(first.refreshToken, 'base64url');
    bytes.fill(7, 8); // the session id stays
    const invented = { refreshToken: bytes.toString('base64url') };
    await expect(refresh(app.accounts, invented)).rejects.toMatchObject(revoked);
    await expect(refresh(app.accounts, first)).resolves.toBeDefined();
  });

  it.each(['', 'x', 'A'.repeat(75), 'A'.repeat(76)])('%j is none', async (refreshToken) => {
    await expect(refresh(app.accounts, { refreshToken })).rejects.toMatchObject(revoked);
  });
});

describe('logout', () => {
  it('ends the session in the database and tells the gateways', async () => {
    const session = await register(app.accounts, 'leaving');
    await as(session, () => app.accounts.logout({}));
    expect(await news()).toContain(newsOf(session));
    expect(await listed()).toContain(newsOf(session));
    await expect(refresh(app.accounts, session)).rejects.toMatchObject(revoked);
  });

  it('is not confirmed while the gateways can’t be told, and again tells them', async () => {
    const session = await register(app.accounts, 'unheard');
    const { kvState } = app.platform.ports;
    const broken = jest.spyOn(kvState, 'addScored').mockRejectedValue(unavailable('away'));
    const first = as(session, () => app.accounts.logout({}));
    await expect(first).rejects.toMatchObject({ kind: 'unavailable' });
    expect(broken.mock.calls.length).toBeGreaterThanOrEqual(3);
    broken.mockRestore();
    await as(session, () => app.accounts.logout({}));
    expect(await news()).toContain(newsOf(session));
  });

  it('that nobody sends again is told as soon as the store is back', async () => {
    const session = await register(app.accounts, 'forgotten');
    const broken = jest.spyOn(app.platform.ports.kvState, 'addScored').mockRejectedValue(unavailable('away'));
    await expect(as(session, () => app.accounts.logout({}))).rejects.toMatchObject({ kind: 'unavailable' });
    broken.mockRestore();
    await eventually(async () => expect(await news()).toContain(newsOf(session)));
  });

  it('is remembered when the store has forgotten, and after a restart', async () => {
    const session = await register(app.accounts, 'remembered');
    await as(session, () => app.accounts.logout({}));
    await app.platform.ports.kvState.flush();
    expect(await listed()).toContain(newsOf(session));
    await app[Symbol.asyncDispose]();
    app = await running(folder.path);
    expect(await listed()).toContain(newsOf(session));
    await eventually(async () => expect(await news()).toContain(newsOf(session)));
    const { kvState } = app.platform.ports;
    await eventually(async () => expect(await kvState.get(REVOCATION_EPOCH)).toBeDefined());
  });

  it('needs somebody', async () => {
    await expect(app.accounts.logout({})).rejects.toMatchObject({ code: 'GATEWAY_TOKEN_REQUIRED' });
  });
});

describe('a new password', () => {
  const next = 'battery staple';

  it('ends every other session and keeps the caller’s', async () => {
    const mine = await register(app.accounts, 'changing');
    const other = await login(app.accounts, 'changing');
    await as(mine, () => app.accounts.changePassword({ current: PASSWORD, next }));
    expect(await news()).toContain(newsOf(other));
    expect(await news()).not.toContain(newsOf(mine));
    await expect(refresh(app.accounts, other)).rejects.toMatchObject(revoked);
    await expect(refresh(app.accounts, mine)).resolves.toBeDefined();
    const old = login(app.accounts, 'changing');
    await expect(old).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
    await expect(login(app.accounts, 'changing', next)).resolves.toBeDefined();
  });

  it('is refused to who does not know the present one', async () => {
    const mine = await register(app.accounts, 'stolen');
    const change = as(mine, () => app.accounts.changePassword({ current: 'wrong one', next }));
    await expect(change).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
    await expect(login(app.accounts, 'stolen')).resolves.toBeDefined();
  });

  it('keeps the rule', async () => {
    const mine = await register(app.accounts, 'hasty');
    const change = as(mine, () => app.accounts.changePassword({ current: PASSWORD, next: 'short' }));
    await expect(change).rejects.toMatchObject({ kind: 'invalid', details: { errors: [{ path: '/next' }] } });
  });
});
