import { describe, expect, it } from '@jest/globals';
import { eventually } from '@storey/testing';
import { Dice } from './chaos/dice.js';
import { OutboxGround } from './chaos/outbox-ground.js';
import { amount, seed, tell } from './chaos/proof.js';

const ROUNDS = amount('PROVE_STOPS', 1);
/** A stop outlasts leases of ten seconds. */
const ROUND_MS = 60_000;
const TAKEN_OVER = { timeoutMs: 30_000, everyMs: 100 };
const KEYS = Array.from({ length: 12 }, (_, n) => `key ${n}`);

const allSent = (ground: OutboxGround): Promise<unknown> =>
  eventually(async () => {
    const rows = await ground.rows();
    expect(rows.map(({ state }) => state)).toEqual(ground.written.map(() => 'sent'));
    return rows;
  }, TAKEN_OVER);

const textsOf = (key: string, all: OutboxGround['written']): readonly string[] =>
  all.filter((each) => each.key === key).map(({ text }) => text);

/** Every message took effect once, in the order of its key. @returns how many were sent once more. */
async function twins(ground: OutboxGround): Promise<number> {
  const taken = await ground.effects();
  expect(taken).toHaveLength(ground.written.length);
  for (const key of KEYS) expect(textsOf(key, [...taken])).toEqual(textsOf(key, ground.written));
  return ground.sent().length - taken.length;
}

/** Stops a relay at the `nth` pass of a point, has another take over, lets the first go on. @returns the twins. */
async function stopAt(point: string, nth: number): Promise<number> {
  await using ground = await OutboxGround.open();
  await using stale = await ground.relay('stale', `${point}:${nth}:stop`);
  for (let pass = 1; pass <= nth; pass += 1) {
    await ground.write(KEYS);
    await stale.waitForLine(new RegExp(`^${point} ${pass}$`));
  }
  await using heir = await ground.relay('heir');
  await ground.write(KEYS);
  const rows = await allSent(ground);
  const logged = ground.sent().length;

  stale.signal('SIGCONT');
  await stale.waitForLine(new RegExp(`^relay.marked ${nth}$`));
  expect(await ground.rows()).toEqual(rows);
  expect(ground.sent().slice(logged)).toEqual([]);

  await eventually(async () => expect(await ground.shares()).toEqual([8, 8]), TAKEN_OVER);
  await ground.write(KEYS);
  await allSent(ground);
  const later = ground.sent().slice(logged);
  expect(later).toHaveLength(KEYS.length);
  expect(new Set(later.map(({ by }) => by))).toEqual(new Set(['stale', 'heir']));
  expect([...stale.stderr.all, ...heir.stderr.all]).toEqual([]);
  return await twins(ground);
}

/*
 * Proven able to fail: a relay that does not look whether it still holds a bucket before it sends, one that marks without
 * comparing owner and epoch.
 */
describe('a relay that is stopped for longer than its leases, while another takes over', () => {
  it.each([
    ['between reading and sending', 'relay.claimed', 0],
    ['between sending and marking', 'relay.sent', KEYS.length],
  ])(
    '%s, sends and marks nothing when it goes on, and shares again',
    async (_, point, sentTwice) => {
      const chosen = seed();
      const dice = new Dice(chosen);
      for (let round = 1; round <= ROUNDS; round += 1) {
        expect(await stopAt(point, dice.between(1, 4))).toBe(sentTwice);
      }
      tell(`relay stopped at ${point}`, {
        seed: chosen,
        rounds: ROUNDS,
        lost: 0,
        'twins a round': sentTwice,
      });
    },
    ROUNDS * ROUND_MS,
  );
});
