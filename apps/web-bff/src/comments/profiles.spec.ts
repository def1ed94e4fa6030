import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
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
  const profiles = new Profiles({ accounts: { batchGetUsers } } as unknown as Services);
  return { asked, profiles };
}

describe('Profiles', () => {
  it('asks for everybody on a page once, in one call', async () => {
    const { asked, profiles } = setup(0);
    const { users, degraded } = await profiles.of([said, said], [9n, 0n]);
    expect(asked).toEqual([[7n, 8n, 9n]]);
    expect([[...users.keys()], degraded]).toEqual([[7n, 8n, 9n], false]);
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
