import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '@storey/context';
import { account, comment } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { type Services } from '../services.js';
import { Profiles } from './profiles.js';

const said = create(comment.CommentSchema, {
  id: 1n,
  authorId: 7n,
  replies: [{ authorId: 8n }, { authorId: 7n }],
});

/** account-service that is away for the first `failures` calls. */
function setup(failures: number) {
  const asked: (readonly bigint[])[] = [];
  const batchGetUsers = async ({ ids }: { ids: bigint[] }) => {
    asked.push(ids);
    if (asked.length <= failures) throw unavailable('away');
    return { users: ids.map((id) => create(account.UserSchema, { id })) };
  };
  const clock = new FakeClock();
  const profiles = new Profiles({ accounts: { batchGetUsers } } as unknown as Services, clock);
  return { asked, profiles, clock };
}

describe('Profiles', () => {
  it('asks for everybody on a page once, in one call', async () => {
    const { asked, profiles } = setup(0);
    const { users, degraded } = await profiles.of([said, said], [9n, 0n]);
    expect(asked).toEqual([[7n, 8n, 9n]]);
    expect([[...users.keys()], degraded]).toEqual([[7n, 8n, 9n], false]);
  });

  it('asks for those alone whom it does not know from a quarter of a second ago', async () => {
    const { asked, profiles, clock } = setup(0);
    await profiles.of([said]);
    await profiles.of([said], [9n]);
    await clock.advance(249);
    await profiles.of([said]);
    expect(asked).toEqual([[7n, 8n], [9n]]);
    await clock.advance(1);
    const { users } = await profiles.of([said]);
    expect(asked[2]).toEqual([7n, 8n]);
    expect([...users.keys()]).toEqual([7n, 8n]);
  });

  it('does not ask again for who does not exist', async () => {
    const asked: unknown[] = [];
    const batchGetUsers = async (request: unknown) => (asked.push(request), { users: [] });
    const services = { accounts: { batchGetUsers } } as unknown as Services;
    const profiles = new Profiles(services, new FakeClock());
    for (let i = 0; i < 3; i += 1) expect((await profiles.of([said])).users.size).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it('is not degraded by a call that failed in passing', async () => {
    const { asked, profiles } = setup(1);
    await expect(profiles.of([said])).resolves.toMatchObject({ degraded: false });
    expect(asked).toHaveLength(2);
  });

  it('gives up soon, and stops trying twice while account-service is away', async () => {
    const { asked, profiles } = setup(Infinity);
    for (let i = 0; i < 100; i += 1)
      await expect(profiles.of([said])).resolves.toMatchObject({ degraded: true });
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.length).toBeLessThanOrEqual(121);
  });
});
