import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Notifications, commentShardedTables } from '@storey/comment';
import { noFaults, type FaultPoint } from '@storey/context';
import { reshard } from '@storey/sql';
import { Bench } from './bench.js';
import { Intake, Reaction, type Sent } from './commands.js';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench[Symbol.asyncDispose]());

const run = (to: number, faultPoint: FaultPoint = noFaults): Promise<void> =>
  reshard(bench.sql, to, { sharded: commentShardedTables, faultPoint });

/** Commands without a pause, and what was applied of them. */
class Traffic {
  readonly published: Sent[] = [];
  readonly #intakes = Array.from({ length: 6 }, () => new Intake());

  /** Of one moment: on each subject a comment, an answer and a click, and a report on what was there. */
  async turn(k: number): Promise<void> {
    for (const intake of this.#intakes) {
      const root = intake.publish({ text: `root ${k}` });
      const reply = intake.publish({ parentId: root.id, text: `reply ${k}` }, 2n);
      const click = intake.react(root.id, Reaction.LIKE, BigInt(k + 1));
      await bench.deliver([root, reply, click, intake.report(reply.id, BigInt(k + 1))]);
      this.published.push(root, reply);
    }
  }
}

it('applies every command that comes while tables are dealt out anew, gapless and once', async () => {
  const traffic = new Traffic();
  const notices = new Notifications(bench.sql);
  const notice = { kind: 'like', commentId: 1n, actorId: 1n, at: 1n, read: false } as const;
  for (let user = 1n; user <= 40n; user += 1n) await notices.add([{ ...notice, id: user, userId: user }]);
  let isRunning = true;
  const moving = run(8).finally(() => (isRunning = false));
  let turns = 0;
  for (; isRunning; turns += 1) await traffic.turn(turns);
  await moving;
  await traffic.turn(turns);
  expect(turns).toBeGreaterThan(3);
  expect(bench.sql.tables).toMatchObject({ first: 64, count: 8 });
  expect(bench.buried).toEqual([]);
  expect(await bench.faults()).toEqual([]);
  const floors = await bench.floorsOf(traffic.published);
  expect(floors.filter((floor) => floor === undefined)).toEqual([]);
  for (let user = 1n; user <= 40n; user += 1n) expect(await notices.page(user, { limit: 9 })).toHaveLength(1);
}, 300_000);

it('goes on with commands in between when it died', async () => {
  const traffic = new Traffic();
  await traffic.turn(0);
  const dies: FaultPoint = (point) => {
    if (point === 'reshard.compared') throw new Error('dies');
  };
  await expect(run(4, dies)).rejects.toThrow('dies');
  await traffic.turn(1);
  await run(4);
  await traffic.turn(2);
  expect(await bench.faults()).toEqual([]);
  expect((await bench.floorsOf(traffic.published)).filter((floor) => floor === undefined)).toEqual([]);
}, 300_000);
