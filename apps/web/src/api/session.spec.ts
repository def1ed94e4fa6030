import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Session, type Account } from './session.js';

const user = {
  id: '1',
  username: 'ann',
  displayName: 'Ann',
  avatarUrl: null,
  level: 1,
  roles: [],
  points: 0,
};
const account = (accessToken: string, refreshToken: string): Account => ({ user, accessToken, refreshToken });

/** What two tabs of one browser share. */
function sharedStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

function serverAnswers(status: number, body: unknown) {
  return jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async () =>
      Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } }),
    );
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('Session', () => {
  it('spends a refresh token once, however many requests were refused', async () => {
    const fetched = serverAnswers(200, account('a2', 'r2'));
    const session = new Session(sharedStorage());
    session.set(account('a1', 'r1'));
    await expect(Promise.all([session.renew('a1'), session.renew('a1')])).resolves.toEqual([true, true]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(session.value).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
  });

  it('takes over the token that another tab fetched', async () => {
    const fetched = serverAnswers(200, account('a3', 'r3'));
    const storage = sharedStorage();
    const here = new Session(storage);
    here.set(account('a1', 'r1'));
    new Session(storage).set(account('a2', 'r2'));
    await expect(here.renew('a1')).resolves.toBe(true);
    expect(fetched).not.toHaveBeenCalled();
    expect(here.value?.accessToken).toBe('a2');
  });

  it('is over when the server refuses the refresh token', async () => {
    serverAnswers(401, { code: 'ACCOUNT_SESSION_REVOKED' });
    const storage = sharedStorage();
    const session = new Session(storage);
    session.set(account('a1', 'r1'));
    await expect(session.renew('a1')).resolves.toBe(false);
    expect([session.value, new Session(storage).value]).toEqual([null, null]);
  });

  it('goes on when the server is only busy', async () => {
    serverAnswers(503, { code: 'COMMON_UNAVAILABLE' });
    const session = new Session(sharedStorage());
    session.set(account('a1', 'r1'));
    await expect(session.renew('a1')).rejects.toMatchObject({ code: 'COMMON_UNAVAILABLE' });
    expect(session.value?.refreshToken).toBe('r1');
  });
});
