import { describe, expect, it } from '@jest/globals';
import { LeasedIds } from '@storey/ids';
import { SqlWorkerLeaseStore } from '../src/index.js';
import { Fixture } from './fixture.js';

describe('SqlWorkerLeaseStore', () => {
  it('writes only over the epoch before', async () => {
    await using f = await Fixture.open();
    const store = SqlWorkerLeaseStore.over(f.sql);
    const lease = { worker: 7, owner: 'a', epoch: 1, leaseUntil: 5, marks: [3, -1, -1, -1] };
    expect(await store.write({ ...lease, epoch: 2 })).toBe(false);
    expect(await store.write(lease)).toBe(true);
    expect(await store.write({ ...lease, owner: 'b' })).toBe(false);
    expect(await store.write({ ...lease, owner: 'b', epoch: 2 })).toBe(true);
    expect(await store.read()).toEqual([{ ...lease, owner: 'b', epoch: 2 }]);
  });

  it('gives processes that start together different workers', async () => {
    await using f = await Fixture.open();
    const options = { clock: f.clock, owner: 'x', onError: (error: unknown) => f.errors.push(error) };
    const open = (): Promise<LeasedIds> => LeasedIds.open(SqlWorkerLeaseStore.over(f.sql), options);
    const ids = await Promise.all([open(), open(), open()]);
    expect(new Set(ids.map(({ worker }) => worker)).size).toBe(3);
    await Promise.all(ids.map((one) => one.close()));
  });
});
