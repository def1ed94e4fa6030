import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AccessTokenVerifier, importJwks } from '@storey/auth';
import { REVOCATION_LIST } from '@storey/account';
import { unavailable } from '@storey/errors';
import { temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { as, login, principalOf, refresh, register, running, type Running } from './running.js';

let folder: TemporaryFolder;
let app: Running;
let admin: { readonly accessToken: string };

beforeAll(async () => {
  folder = temporaryFolder();
  app = await running(folder.path, { ADMIN_USERNAME: 'chief', ADMIN_PASSWORD: 'chief secret' });
  admin = await login(app.accounts, 'chief', 'chief secret');
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  folder.remove();
});

const setRoles = (userId: bigint, ...roles: string[]) =>
  as(admin, () => app.accounts.setRoles({ userId, roles }));

const news = async (): Promise<readonly string[]> => {
  const { kvState } = app.platform.ports;
  const page = await kvState.rangeByScore(REVOCATION_LIST, { order: 'ascending', limit: 100 });
  return page.map(({ member }) => member);
};

/** Whether the gateway still takes a token: what it does with what it polls. */
async function isGood({ accessToken }: { readonly accessToken: string }): Promise<boolean> {
  const { jwksJson } = await app.accounts.listKeys({});
  const keys = importJwks(JSON.parse(jwksJson) as { keys: unknown[] });
  const verified = await new AccessTokenVerifier({ jwks: () => keys }).verify(accessToken);
  const { userId } = verified.principal;
  const times = (await news()).map((member) => member.split(':')).filter(([, id]) => id === userId);
  return times.every(([, , notBefore]) => verified.issuedAtMs >= Number(notBefore));
}

describe('roles', () => {
  it('that are granted come with the next tokens and revoke none', async () => {
    const session = await register(app.accounts, 'promoted');
    await setRoles(session.user?.id ?? 0n, 'moderator');
    expect(await isGood(session)).toBe(true);
    const next = await refresh(app.accounts, session);
    expect(principalOf(next.accessToken).roles).toEqual(['user', 'moderator']);
    expect(next.user?.roles).toEqual(['user', 'moderator']);
  });

  it('that are taken away void the tokens that were given out before, and no later one', async () => {
    const session = await register(app.accounts, 'demoted');
    const id = session.user?.id ?? 0n;
    await setRoles(id, 'user', 'moderator', 'admin');
    const strong = await refresh(app.accounts, session);
    await setRoles(id, 'user');
    expect(await isGood(strong)).toBe(false);
    const weak = await refresh(app.accounts, strong);
    expect(principalOf(weak.accessToken).roles).toEqual(['user']);
    expect(await isGood(weak)).toBe(true);
  });

  it('that were taken away are told again when the first time did not get through', async () => {
    const { user } = await register(app.accounts, 'lucky');
    await setRoles(user?.id ?? 0n, 'moderator');
    const { kvState } = app.platform.ports;
    const broken = jest.spyOn(kvState, 'addScored').mockRejectedValue(unavailable('away'));
    await expect(setRoles(user?.id ?? 0n)).rejects.toMatchObject({ kind: 'unavailable' });
    broken.mockRestore();
    await setRoles(user?.id ?? 0n);
    const { revocations } = await app.accounts.listRevocations({});
    const known = revocations.find(({ target }) => target.value === user?.id);
    expect(await news()).toContain(`u:${user?.id}:${known?.atMs}`);
  });

  it('are for administrators to give', async () => {
    const session = await register(app.accounts, 'hopeful');
    const call = () => app.accounts.setRoles({ userId: session.user?.id ?? 0n, roles: ['admin'] });
    await expect(as(session, call)).rejects.toMatchObject({ code: 'GATEWAY_FORBIDDEN' });
    await expect(call()).rejects.toMatchObject({ code: 'GATEWAY_TOKEN_REQUIRED' });
  });

  it('are known words, of known users', async () => {
    await expect(setRoles(1n, 'moderator')).rejects.toMatchObject({ kind: 'not_found' });
    await expect(setRoles(1n, 'root')).rejects.toMatchObject({ kind: 'invalid' });
  });
});
