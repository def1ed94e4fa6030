import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountMigrations, type AccountDb } from '@storey/account';
import { AccessTokenVerifier, importJwks, signAccessToken } from '@storey/auth';
import { FakeClock } from '@storey/context';
import { openSql, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import { KeyRing } from '../src/keys/key-ring.js';
import { KeyRotation } from '../src/keys/key-rotation.js';
import { Store } from '../src/store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROTATION_HOURS = 24;

let clock: FakeClock;
let sql: Sql<AccountDb>;
let store: Store;

beforeEach(async () => {
  clock = new FakeClock();
  sql = await openSql<AccountDb>(testDatabaseUrl(), { migrations: accountMigrations });
  store = new Store(sql);
});

afterEach(() => sql.close());

const instance = () => ({
  rotation: new KeyRotation(store, clock, ROTATION_HOURS),
  ring: new KeyRing(store, clock),
});

const published = async (ring: KeyRing): Promise<readonly string[]> => {
  const { keys } = JSON.parse(await ring.jwks()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid).sort();
};

async function token(ring: KeyRing): Promise<string> {
  const principal = { userId: '1', sessionId: '2', roles: ['user' as const], level: 0 };
  return signAccessToken(await ring.current(), { principal, clock });
}

/** A gateway that loads the keys only now. */
async function verifies(ring: KeyRing, text: string): Promise<boolean> {
  const keys = importJwks(JSON.parse(await ring.jwks()) as { keys: unknown[] });
  const verified = new AccessTokenVerifier({ jwks: () => keys, clock }).verify(text);
  return verified.then(
    () => true,
    () => false,
  );
}

describe('signing keys', () => {
  it('are two from the start: one that signs and one that will', async () => {
    const { rotation, ring } = instance();
    await rotation.check();
    const keys = await published(ring);
    expect(keys).toHaveLength(2);
    expect(keys).toContain((await ring.current()).kid);
    await rotation.check();
    expect(await published(ring)).toEqual(keys);
    expect(await ring.jwks()).not.toContain('"d"');
  });

  it('sign only after they were published for long, and are published until their last token is over', async () => {
    const { rotation, ring } = instance();
    await rotation.check();
    const first = (await ring.current()).kid;
    const before = await published(ring);
    await clock.advance(ROTATION_HOURS * HOUR);
    const lastOfFirst = await token(ring);
    await rotation.check();
    await clock.advance(MINUTE);
    const second = (await ring.current()).kid;
    expect(second).not.toBe(first);
    expect(before).toContain(second);
    expect(await published(ring)).toHaveLength(3);

    await clock.advance(14 * MINUTE - 1);
    await rotation.check();
    expect(await verifies(ring, lastOfFirst)).toBe(true);
    await clock.advance(5 * MINUTE);
    await rotation.check();
    expect(await published(ring)).not.toContain(first);
    expect(await published(ring)).toHaveLength(2);
  });

  it('do not sign too early, even when the one before is very old', async () => {
    const { rotation, ring } = instance();
    await rotation.check();
    const first = (await ring.current()).kid;
    await sql.transaction((tx) => tx.deleteFrom('signing_key').where('state', '=', 'next').execute());
    await clock.advance(10 * ROTATION_HOURS * HOUR);
    await rotation.check(); // only now there is a next one
    await clock.advance(HOUR - MINUTE);
    await rotation.check();
    expect((await ring.current()).kid).toBe(first);
    await clock.advance(MINUTE);
    await rotation.check();
    await clock.advance(MINUTE);
    expect((await ring.current()).kid).not.toBe(first);
  });

  it('are the same in every instance within a minute', async () => {
    const [one, two] = [instance(), instance()];
    await Promise.all([one.rotation.check(), two.rotation.check()]);
    expect((await one.ring.current()).kid).toBe((await two.ring.current()).kid);
    await clock.advance(ROTATION_HOURS * HOUR);
    const late = await token(two.ring);
    const before = await published(two.ring);
    await Promise.all([one.rotation.check(), two.rotation.check()]);
    expect(await verifies(one.ring, late)).toBe(true);
    expect(await published(one.ring)).toHaveLength(before.length + 1);
    await clock.advance(MINUTE);
    expect((await one.ring.current()).kid).toBe((await two.ring.current()).kid);
  });

  it('are all seen by an instance that has waited for another one to add some', async () => {
    const { rotation } = instance();
    const keys = store.signingKeys;
    await rotation.check();
    const second = Promise.withResolvers<number>();
    await sql.transaction(async (tx) => {
      const [first] = await keys.lockAll(tx);
      if (!first) throw new Error('There is no key.');
      second.resolve(sql.transaction(async (other) => (await keys.lockAll(other)).length));
      await setTimeout(200); // the other one waits for the locks by now
      await keys.insert(tx, { ...first, kid: '!before-all' });
    });
    expect(await second.promise).toBe(3);
  });

  it('are asked for again after they could not be read', async () => {
    const { rotation, ring } = instance();
    await expect(ring.current()).rejects.toMatchObject({ kind: 'unavailable' });
    await rotation.check();
    await expect(ring.current()).resolves.toBeDefined();
  });
});
