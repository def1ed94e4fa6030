import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REVOCATION_EPOCH, REVOCATION_LIST } from '@storey/account';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { PASSWORD, SLOW, as, login, principalOf, register, running, type Running } from './running.js';

let folder: TemporaryFolder;
let app: Running;

beforeEach(async () => {
  folder = temporaryFolder();
  app = await running(folder.path);
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
  folder.remove();
});

const news = async (): Promise<readonly string[]> => {
  const page = await app.platform.ports.kvState.rangeByScore(REVOCATION_LIST, {
    order: 'ascending',
    limit: 100,
  });
  return page.map(({ member }) => member);
};

const listed = async (): Promise<readonly string[]> => {
  const { revocations } = await app.accounts.listRevocations({});
  return revocations.map(({ target }) => `${target.case} ${target.value}`);
};

const revoked = { kind: 'unauthenticated', code: 'ACCOUNT_SESSION_REVOKED' };

describe('a refresh token', () => {
  it('is good once and makes the next one', async () => {
    const first = await register(app.accounts, 'alice');
    const second = await app.accounts.refresh(first);
    const third = await app.accounts.refresh(second);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect(principalOf(third.accessToken)).toEqual(principalOf(first.accessToken));
    expect(third.expiresInSeconds).toBe(900);
  });

  it.each([1, 2])(
    'that was spent %p rotations ago ends the session for whoever holds a token of it',
    async (ago) => {
      const tokens = [await register(app.accounts, 'alice')];
      for (let n = 0; n < ago; n += 1) tokens.unshift(await app.accounts.refresh(tokens[0] ?? {}));
      const { sessionId } = principalOf(tokens[0]?.accessToken ?? '');
      await expect(app.accounts.refresh(tokens[ago] ?? {})).rejects.toMatchObject(revoked);
      await expect(app.accounts.refresh(tokens[0] ?? {})).rejects.toMatchObject(revoked);
      expect(await news()).toEqual([`s:${sessionId}`]);
      expect(await listed()).toEqual([`sessionId ${sessionId}`]);
    },
  );

  it('used twice at the same moment is a spent one', async () => {
    const first = await register(app.accounts, 'alice');
    const both = await Promise.allSettled([app.accounts.refresh(first), app.accounts.refresh(first)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listed()).toHaveLength(1);
  });

  it('that is invented ends no session, though it names one', async () => {
    const first = await register(app.accounts, 'alice');
    const bytes = Buffer.from(first.refreshToken, 'base64url');
    bytes.fill(7, 8); // the session id stays
    await expect(app.accounts.refresh({ refreshToken: bytes.toString('base64url') })).rejects.toMatchObject(
      revoked,
    );
    await expect(app.accounts.refresh(first)).resolves.toBeDefined();
  });

  it.each(['', 'x', 'A'.repeat(75), '\u0000'.repeat(75)])('%j is none', async (refreshToken) => {
    await expect(app.accounts.refresh({ refreshToken })).rejects.toMatchObject(revoked);
  });
});

describe('logout', () => {
  it('ends the session in the database and tells the gateways', async () => {
    const session = await register(app.accounts, 'alice');
    const { sessionId } = principalOf(session.accessToken);
    await as(session, () => app.accounts.logout({}));
    expect(await news()).toEqual([`s:${sessionId}`]);
    expect(await listed()).toEqual([`sessionId ${sessionId}`]);
    await expect(app.accounts.refresh(session)).rejects.toMatchObject(revoked);
  });

  it('is remembered after a restart and after the store has forgotten', async () => {
    const session = await register(app.accounts, 'alice');
    const { sessionId } = principalOf(session.accessToken);
    await as(session, () => app.accounts.logout({}));
    await app.platform.ports.kvState.flush();
    expect(await listed()).toEqual([`sessionId ${sessionId}`]);
    await app[Symbol.asyncDispose]();
    app = await running(folder.path);
    expect(await listed()).toEqual([`sessionId ${sessionId}`]);
    await eventually(async () => expect(await news()).toEqual([`s:${sessionId}`]));
    expect(await app.platform.ports.kvState.get(REVOCATION_EPOCH)).toBeDefined();
  });

  it('needs somebody', async () => {
    await expect(app.accounts.logout({})).rejects.toMatchObject({ code: 'GATEWAY_TOKEN_REQUIRED' });
  });
});

describe('a new password', () => {
  const next = 'battery staple';

  it('ends every other session and keeps the caller’s', async () => {
    const mine = await register(app.accounts, 'alice');
    const other = await login(app.accounts, 'alice');
    await as(mine, () => app.accounts.changePassword({ current: PASSWORD, next }, SLOW));
    expect(await news()).toEqual([`s:${principalOf(other.accessToken).sessionId}`]);
    await expect(app.accounts.refresh(other)).rejects.toMatchObject(revoked);
    await expect(app.accounts.refresh(mine)).resolves.toBeDefined();
    await expect(login(app.accounts, 'alice')).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
    await expect(login(app.accounts, 'alice', next)).resolves.toBeDefined();
  });

  it('is refused to who does not know the present one, and counted as a guess', async () => {
    const mine = await register(app.accounts, 'alice');
    const guess = () => as(mine, () => app.accounts.changePassword({ current: 'wrong one', next }, SLOW));
    await expect(guess()).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
    await expect(login(app.accounts, 'alice')).resolves.toBeDefined();
  });

  it('keeps the rule', async () => {
    const mine = await register(app.accounts, 'alice');
    const short = as(mine, () => app.accounts.changePassword({ current: PASSWORD, next: 'short' }, SLOW));
    await expect(short).rejects.toMatchObject({ kind: 'invalid', details: { errors: [{ path: '/next' }] } });
  });
});
