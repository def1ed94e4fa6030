import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import { userEvents } from '@storey/contracts';
import { eventually, temporaryFolder, type TemporaryFolder } from '@storey/testing';
import { PASSWORD, login, principalOf, register, running, within, type Running } from './running.js';

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

/** What user.events.v1 holds of a user. */
async function eventsOf(id: bigint): Promise<readonly userEvents.UserEvent[]> {
  const { events } = app.platform.ports;
  const partitions = await events.endOffsets('user.events.v1');
  const pages = await Promise.all(partitions.map((_, n) => events.read('user.events.v1', n, 0n, 100)));
  const all = pages.flat().map(({ value }) => fromBinary(userEvents.UserEventSchema, value));
  return all.filter(({ userId }) => userId === id);
}

describe('registration', () => {
  it('makes a user who is signed in', async () => {
    const { user, accessToken, refreshToken, expiresInSeconds } = await register(app.accounts, 'Alice_1');
    expect(user).toMatchObject({ username: 'alice_1', displayName: 'alice_1', avatarUrl: '', level: 0 });
    expect(user).toMatchObject({ roles: ['user'], points: 0n });
    expect(principalOf(accessToken)).toMatchObject({ userId: String(user?.id), roles: ['user'], level: 0 });
    expect([refreshToken.length, expiresInSeconds]).toEqual([75, 900]);
  });

  it('gives a name once, whatever its case, also to two who come together', async () => {
    const taken = { kind: 'conflict', code: 'ACCOUNT_USERNAME_TAKEN' };
    const both = await Promise.allSettled([register(app.accounts, 'twins'), register(app.accounts, 'TWINS')]);
    const lost = both.filter(({ status }) => status === 'rejected');
    expect(lost).toMatchObject([{ reason: taken }]);
    await expect(register(app.accounts, 'Twins')).rejects.toMatchObject(taken);
  });

  it.each([
    [{ username: 'ab' }, '/username'],
    [{ username: 'a'.repeat(33) }, '/username'],
    [{ username: 'a-b-c' }, '/username'],
    [{ password: 'seven77' }, '/password'],
    [{ password: 'x'.repeat(129) }, '/password'],
    [{ displayName: 'x'.repeat(51) }, '/displayName'],
    [{ displayName: 'a\u0000b' }, '/displayName'],
    [{ email: 'nobody' }, '/email'],
  ])('refuses %j', async (wrong, path) => {
    const call = app.accounts.register({ username: 'correct', password: PASSWORD, ...wrong });
    await expect(call).rejects.toMatchObject({ kind: 'invalid', details: { errors: [{ path }] } });
  });

  it('is told to whoever listens', async () => {
    const { user } = await register(app.accounts, 'heard');
    await eventually(async () => {
      const [event] = await eventsOf(user?.id ?? 0n);
      expect(event?.event).toMatchObject({ case: 'registered', value: { username: 'heard' } });
    });
  });
});

describe('login', () => {
  it('takes the password and any case of the name', async () => {
    const { user } = await register(app.accounts, 'returning');
    expect((await login(app.accounts, 'ReTurning')).user?.id).toBe(user?.id);
  });

  it('says the same of a wrong password, of an unknown name and of no name at all', async () => {
    await register(app.accounts, 'known');
    const answers = await Promise.allSettled([
      login(app.accounts, 'known', 'wrong password'),
      login(app.accounts, 'unknown', 'wrong password'),
      login(app.accounts, 'a b\u0000', 'wrong password'),
    ]);
    const told = answers.map((answer) => answer.status === 'rejected' && String(answer.reason));
    expect(new Set(told).size).toBe(1);
    expect(answers[0]).toMatchObject({
      reason: { code: 'ACCOUNT_CREDENTIALS_INVALID', kind: 'unauthenticated' },
    });
  });

  it('is not for authors of imported comments', async () => {
    const people = [{ sourceKey: 'wp:9', displayName: 'Nine' }];
    const { users } = await app.accounts.ensureUsers({ people });
    const call = login(app.accounts, users[0]?.username ?? '', '');
    await expect(call).rejects.toMatchObject({ code: 'ACCOUNT_CREDENTIALS_INVALID' });
  });
});

describe('limits', () => {
  const from = <T>(clientIp: string, call: () => Promise<T>): Promise<T> => within({ clientIp }, call);
  const limited = { kind: 'rate_limited', code: 'COMMON_RATE_LIMITED' };

  it('count wrong passwords of a name from anywhere, and then the right one is not looked at', async () => {
    await register(app.accounts, 'besieged');
    const guess = (n: number) => from(`10.0.0.${n}`, () => login(app.accounts, 'besieged', 'wrong password'));
    const guesses = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => guess(n)));
    const codes = guesses.map((each) => each.status === 'rejected' && (each.reason as { code: string }).code);
    expect(codes.filter((code) => code === 'ACCOUNT_CREDENTIALS_INVALID')).toHaveLength(10);
    const right = from('10.0.1.1', () => login(app.accounts, 'besieged'));
    await expect(right).rejects.toMatchObject({
      ...limited,
      details: { retryAfterSeconds: expect.any(Number) },
    });
  });

  it('hold for addresses, one by one', async () => {
    const spray = (n: number) => from('10.1.0.1', () => login(app.accounts, `nobody_${n}`, 'wrong password'));
    for (let n = 0; n < 30; n += 1) await expect(spray(n)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(spray(30)).rejects.toMatchObject(limited);
    await register(app.accounts, 'elsewhere');
    await expect(from('10.1.0.2', () => login(app.accounts, 'elsewhere'))).resolves.toBeDefined();
  }, 30_000);
});

describe('people of imports', () => {
  it('are made once and answered in the order they were asked for', async () => {
    const ann = { sourceKey: 'wp:ann@example.org', displayName: 'Ann' };
    const bob = { sourceKey: 'wp:bob', displayName: '\u0007' };
    const first = await app.accounts.ensureUsers({ people: [ann] });
    const second = await app.accounts.ensureUsers({ people: [bob, ann, bob] });
    expect(second.users.map(({ displayName }) => displayName)).toEqual(['unknown', 'Ann', 'unknown']);
    expect(second.users[1]?.id).toBe(first.users[0]?.id);
    expect(second.users[0]?.id).toBe(second.users[2]?.id);
  });

  it('are made once by two imports at the same time', async () => {
    const people = Array.from({ length: 20 }, (_, n) => ({ sourceKey: `x:${n}`, displayName: `${n}` }));
    const [one, two] = await Promise.all([
      app.accounts.ensureUsers({ people }),
      app.accounts.ensureUsers({ people }),
    ]);
    expect(one.users.map(({ id }) => id)).toEqual(two.users.map(({ id }) => id));
  });

  it('are at most 200 and need a key', async () => {
    const people = Array.from({ length: 201 }, (_, n) => ({ sourceKey: `y:${n}`, displayName: 'y' }));
    await expect(app.accounts.ensureUsers({ people })).rejects.toMatchObject({ kind: 'invalid' });
    const nameless = app.accounts.ensureUsers({ people: [{ displayName: 'x' }] });
    await expect(nameless).rejects.toMatchObject({ kind: 'invalid' });
  });
});
