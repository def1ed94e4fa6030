import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { type FaultPoint } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { InjectedFault, faultPoints } from '@storey/testing';
import { Bench } from './bench.js';
import { CommentState, Intake, Reaction, type Sent } from './commands.js';

const published = {
  case: 'publish' as const,
  value: create(commentEvents.CommentCommand_PublishSchema, { text: 'hello' }),
};

/** What a day brings on three subjects: all commands, a parent that is gone, an import and its twin, and some too early. */
function commands(): readonly Sent[] {
  return [new Intake(), new Intake(), new Intake()].flatMap((intake, n) => {
    const item = { source: `s${n}-${intake.subject.oid}`, sourceKey: 'k' };
    const root = intake.publish();
    const answer = intake.publish({ parentId: root.id });
    return [
      ...[root, answer, intake.publish({ parentId: 64n }), intake.publish(item), intake.publish(item)],
      ...[
        intake.edit(answer.id, 'edited'),
        intake.react(answer.id, Reaction.LIKE, 5n),
        intake.remove(root.id),
      ],
      ...tooEarly(intake),
    ];
  });
}

/** Answers, an edit and a click that come before their comment. */
function tooEarly(intake: Intake): readonly Sent[] {
  const late = intake.publish();
  const answer = intake.publish({ parentId: late.id });
  const others = [intake.publish({ parentId: answer.id }), intake.edit(late.id, 'e')];
  return [...others, answer, intake.react(late.id, Reaction.LIKE), late];
}

/** From the nth pass of `point` on nothing succeeds any more, as after a kill. */
function death(point: string, nth: number): FaultPoint {
  let passes = 0;
  let dead = false;
  return (name) => {
    if (name === point) passes += 1;
    dead ||= name === point && passes === nth;
    if (dead) throw unavailable(`Died at ${point}.`);
  };
}

async function outcome(bench: Bench): Promise<string> {
  const events = (await bench.events()).map(({ event }) => event.case);
  return JSON.stringify([events.toSorted(), await bench.faults(), (await bench.parked()).length]);
}

describe('a writer that dies', () => {
  const points = ['job.begun', 'job.content', 'job.tx', 'job.batch', 'job.committed'];
  it.each(points.flatMap((point) => [1, 2, 3].map((nth) => [point, nth] as const)))(
    'at %s, pass %i, and gets the batch again loses nothing and doubles nothing',
    async (point, nth) => {
      await using undisturbed = await Bench.open();
      await undisturbed.deliver(commands());
      await using bench = await Bench.open();
      const batch = commands();
      const first = bench.deliver(batch, death(point, nth));
      if (point !== 'job.committed' || nth === 1) await expect(first).rejects.toThrow(/Died/);
      await bench.deliver(batch);
      expect(await outcome(bench)).toEqual(await outcome(undisturbed));
      expect(bench.buried).toEqual([]);
    },
  );

  it.each(points)(
    'at %s with commands parked finds them there, and they have their effect once',
    async (point) => {
      await using bench = await Bench.open();
      const intake = new Intake();
      const [...early] = tooEarly(intake);
      const late = early.splice(-1);
      await bench.deliver(early, death(point, 1)).catch(() => undefined);
      await bench.deliver(early);
      expect(await bench.parked()).toHaveLength(4);
      await bench.deliver(late, death(point, 1)).catch(() => undefined);
      await bench.deliver(late);
      await bench.deliver([...early, ...late]);
      expect(await bench.parked()).toEqual([]);
      const [{ id } = { id: 0n }] = late;
      expect(await bench.comment(id)).toMatchObject({ text: 'e', likes: 1n, replies: 2n, floor: 1n });
      const told = (await bench.events()).map(({ event }) => event.case);
      expect(told.toSorted()).toEqual(['created', 'created', 'created', 'reacted', 'updated']);
      expect(await bench.faults()).toEqual([]);
    },
  );

  it.each(['job.content:2:throw', 'job.tx:2:throw'])(
    'survives a defect of the moment at %s',
    async (killAt) => {
      await using undisturbed = await Bench.open();
      await undisturbed.deliver(commands());
      await using bench = await Bench.open();
      await bench.deliver(commands(), faultPoints({ killAt, production: false }));
      expect(await outcome(bench)).toEqual(await outcome(undisturbed));
      expect(bench.buried).toEqual([]);
    },
  );
});

describe('a replay of the whole log', () => {
  it('adds nothing', async () => {
    await using bench = await Bench.open();
    const batch = commands();
    await bench.deliver(batch);
    const before = await bench.everything();
    await bench.deliver(batch);
    for (const command of batch) await bench.deliver([command]);
    expect(await bench.everything()).toBe(before);
  });

  it('takes what the intake sent twice, at another time, for the same', async () => {
    await using bench = await Bench.open();
    const intake = new Intake();
    const sent = intake.publish();
    await bench.deliver([sent]);
    await bench.deliver([intake.send(published, { id: sent.id, acceptedAtMs: 9_999n })]);
    expect(bench.buried).toEqual([]);
    expect(await bench.comment(sent.id)).toMatchObject({ createdAt: 1_000n });
  });

  it('adds nothing even when the inbox was cut', async () => {
    await using bench = await Bench.open();
    const intake = new Intake();
    const root = intake.publish();
    const batch = [root, intake.publish({ parentId: root.id }), intake.react(root.id, Reaction.LIKE)];
    await bench.deliver(batch);
    const before = await bench.everything();
    await bench.sql.transaction((tx) => tx.deleteFrom('message_apply').execute());
    await bench.deliver(batch);
    expect(await bench.everything()).toBe(before);
  });
});

describe('a command that can never be applied', () => {
  it.each<[string, (sent: Sent, intake: Intake) => Sent]>([
    ['bytes that are no command', (sent) => ({ ...sent, value: Buffer.from('{"not":"protobuf"}') })],
    ['nothing to do', (sent) => ({ ...sent, value: new Uint8Array() })],
    ['the key of another subject', (sent) => ({ ...sent, key: 'video/other' })],
    ['an id of another shard', ({ id }, intake) => intake.send(published, { id: id ^ 1n })],
    ['a reaction that nobody knows', (sent, intake) => intake.react(sent.id, 9 as Reaction)],
  ])('with %s becomes a dead letter, and the partition goes on', async (_, spoil) => {
    await using bench = await Bench.open();
    const intake = new Intake();
    const [before, after] = [intake.publish(), intake.publish()];
    const spoilt = spoil(before, intake);
    await bench.deliver([before, spoilt, after]);
    expect(bench.buried).toMatchObject([{ value: spoilt.value }]);
    expect(await bench.floorsOf([before, after])).toEqual([1n, 2n]);
  });

  it('is rejected, when it is a comment, beside its dead letter', async () => {
    await using bench = await Bench.open();
    const intake = new Intake();
    const [before, poison, after] = [intake.publish(), intake.publish({ text: 'a\0b' }), intake.publish()];
    await bench.deliver([before, poison, after]);
    await bench.deliver([poison]);
    expect(bench.buried.map(({ value }) => value)).toEqual([poison.value, poison.value]);
    expect(await bench.floorsOf([before, after])).toEqual([1n, 2n]);
    expect(await bench.comment(poison.id)).toMatchObject({
      state: CommentState.REJECTED,
      reasonCode: 'COMMENT_NOT_APPLICABLE',
    });
    expect((await bench.events()).filter(({ event }) => event.case === 'rejected')).toHaveLength(1);
    expect(await bench.faults()).toEqual([]);
  });

  it('with the id of another does the other no harm', async () => {
    await using bench = await Bench.open();
    const intake = new Intake();
    const sent = intake.publish({ text: 'first' });
    await bench.deliver([sent]);
    const forged = intake.send(published, { id: sent.id });
    await bench.deliver([forged]);
    expect(bench.buried).toHaveLength(1);
    expect(await bench.comment(sent.id)).toMatchObject({ text: 'first', state: CommentState.VISIBLE });
  });
});

describe('an outage', () => {
  it('rejects the batch at once: nothing is given up, others are applied', async () => {
    await using bench = await Bench.open();
    const [hit, other] = [new Intake().publish(), new Intake().publish()];
    let passes = 0;
    const down: FaultPoint = (name) => {
      if (name === 'job.tx' && (passes += 1) === 1) throw unavailable('The database is away.');
    };
    await expect(bench.deliver([hit, other], down)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(passes).toBe(2);
    expect(bench.buried).toEqual([]);
    await bench.deliver([hit, other]);
    expect(await bench.floorsOf([hit, other])).toEqual([1n, 1n]);
  });

  it('that comes while a defect is looked for gives nothing up either', async () => {
    await using bench = await Bench.open();
    const sent = new Intake().publish();
    let passes = 0;
    const worse: FaultPoint = (name) => {
      if (name !== 'job.tx') return;
      passes += 1;
      throw passes === 1 ? new InjectedFault(name) : unavailable('The database is away.');
    };
    await expect(bench.deliver([sent], worse)).rejects.toMatchObject({ kind: 'unavailable' });
    expect([passes, bench.buried]).toEqual([2, []]);
  });
});

it('a defect that stays is given up after a few tries', async () => {
  await using bench = await Bench.open();
  const sent = new Intake().publish();
  let tries = 0;
  await bench.deliver([sent], (name) => {
    if (name !== 'job.tx') return;
    tries += 1;
    if (tries <= 4) throw new InjectedFault(name);
  });
  expect(bench.buried).toHaveLength(1);
  expect(await bench.comment(sent.id)).toMatchObject({ state: CommentState.REJECTED });
});
