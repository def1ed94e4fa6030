import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comment } from '@storey/contracts';
import { type Principal } from '@storey/context';
import { eventually } from '@storey/testing';
import { type SubjectChanges } from '../src/subjects/change-subject.js';
import { Bench, SLOW, admin, alice, bob, moderator, refusal } from './bench.js';
import { commentJob } from './job.js';

const { SubjectState, Reaction } = comment;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

let made = 0;
const newOid = (): string => `subject-${(made += 1)}`;

const change = (by: Principal | undefined, oid: string, changes: SubjectChanges) =>
  bench.as(by, (client) => client.changeSubject({ subject: { type: 'video', oid }, ...changes }, SLOW));

const read = async (by: Principal | undefined, oid: string): Promise<comment.Subject | undefined> =>
  (await bench.as(by, (client) => client.getSubject({ subject: { type: 'video', oid } }, SLOW))).subject;

/** A subject of alice, which everybody sees to be hers. */
async function ofAlice(): Promise<string> {
  const oid = newOid();
  await change(admin, oid, { ownerId: 101n });
  await eventually(async () => expect((await read(undefined, oid))?.ownerId).toBe(101n));
  return oid;
}

describe('without the writer', () => {
  it('who changed a subject reads it so at once, field by field, and nobody else does', async () => {
    const oid = newOid();
    const first = await change(admin, oid, { title: 'One', policyMinLevel: 3 });
    expect(first.subject).toMatchObject({ title: 'One', policyMinLevel: 3, policyMode: 'post_then_review' });
    await change(admin, oid, { policyMode: 'review_then_post', url: 'https://x.example/1' });
    const seen = {
      title: 'One',
      url: 'https://x.example/1',
      policyMinLevel: 3,
      policyMode: 'review_then_post',
    };
    expect(await read(admin, oid)).toMatchObject(seen);
    expect((await bench.list(admin, { oid })).subject).toMatchObject(seen);
    expect(await read(bob, oid)).toMatchObject({ title: '', policyMinLevel: 0 });
  });

  it('a page of everybody differs for who changed its subject', async () => {
    const oid = newOid();
    const view = (by: Principal) =>
      bench.as(by, (client) =>
        client.viewComments({ subject: { type: 'video', oid }, ids: new Uint8Array() }, SLOW),
      );
    await change(admin, oid, { title: 'Mine' });
    expect([(await view(admin)).differs, (await view(bob)).differs]).toEqual([true, false]);
  });
});

describe('with the writer', () => {
  beforeAll(() => bench.startJob(commentJob));

  it('everybody sees the change of a subject that nobody wrote to before', async () => {
    const oid = newOid();
    await change(admin, oid, { title: 'Film', ownerId: 101n, state: SubjectState.READ_ONLY });
    await eventually(async () =>
      expect(await read(bob, oid)).toMatchObject({
        title: 'Film',
        ownerId: 101n,
        state: SubjectState.READ_ONLY,
      }),
    );
  });

  it('what is closed gives its subject and empty lists, and opens again', async () => {
    const oid = await ofAlice();
    const id = await bench.post(bob, 'first', { oid });
    await bench.applied(bob, id);
    await change(alice, oid, { state: SubjectState.CLOSED });
    const closed = await bench.list(alice, { oid });
    expect([closed.subject?.state, closed.comments]).toEqual([SubjectState.CLOSED, []]);
    await eventually(async () => expect((await bench.list(undefined, { oid })).comments).toEqual([]));
    for (const call of [
      bench.post(bob, 'second', { oid }),
      bench.as(bob, (client) => client.react({ id, value: Reaction.LIKE }, SLOW)),
      bench.as(bob, (client) => client.edit({ id, text: 'other' }, SLOW)),
      bench.as(bob, (client) => client.delete({ id }, SLOW)),
    ])
      expect(await refusal(call)).toMatchObject({ kind: 'forbidden', code: 'COMMENT_SUBJECT_CLOSED' });
    await change(alice, oid, { state: SubjectState.OPEN });
    await eventually(async () => expect((await bench.list(undefined, { oid })).comments).toHaveLength(1));
  });

  it('who asks for a level gets posts of that level alone', async () => {
    const oid = await ofAlice();
    await change(alice, oid, { policyMinLevel: 2 });
    await eventually(async () => expect((await read(undefined, oid))?.policyMinLevel).toBe(2));
    expect(await refusal(bench.post(bob, 'low', { oid }))).toMatchObject({ code: 'COMMENT_LEVEL_TOO_LOW' });
    await bench.post({ ...bob, level: 2 }, 'high', { oid });
  });

  it.each<[string, Principal | undefined, SubjectChanges, string | undefined]>([
    ['the anonymous may not', undefined, { title: 'x' }, 'GATEWAY_TOKEN_REQUIRED'],
    ['others may not', bob, { title: 'x' }, 'COMMENT_FORBIDDEN'],
    ['moderators may not', moderator, { title: 'x' }, 'COMMENT_FORBIDDEN'],
    ['the owner may', alice, { title: 'x' }, undefined],
    ['administrators may', admin, { title: 'x' }, undefined],
    ['the owner does not give it away', alice, { ownerId: 102n }, 'GATEWAY_FORBIDDEN'],
    ['administrators give it away', admin, { ownerId: 101n }, undefined],
  ])('%s', async (_, by, changes, code) => {
    const oid = await ofAlice();
    const outcome = change(by, oid, changes);
    if (code === undefined) await outcome;
    else expect(await refusal(outcome)).toMatchObject({ code });
  });

  it.each<[string, SubjectChanges]>([
    ['/title', { title: 'x'.repeat(301) }],
    ['/url', { url: `https://x.example/${'x'.repeat(2048)}` }],
    ['/policy/mode', { policyMode: 'anything' }],
    ['/policy/minLevel', { policyMinLevel: 7 }],
    ['/state', { state: 9 as comment.SubjectState }],
  ])('%s is refused when it can’t be', async (path, changes) => {
    const error = await refusal(change(admin, newOid(), changes));
    expect(error).toMatchObject({ kind: 'invalid', details: { errors: [{ path }] } });
  });
});

it('some subject is told to whoever warms up, when one was written under', async () => {
  const bench = await Bench.open();
  const any = () => bench.as(undefined, (client) => client.anySubject({}, SLOW));
  expect((await any()).subject).toBeUndefined();
  await bench.startJob(commentJob);
  await bench.applied(alice, await bench.post(alice, 'the first words'));
  expect((await any()).subject).toMatchObject({ type: 'video', oid: 'v1' });
  await bench.close();
});
