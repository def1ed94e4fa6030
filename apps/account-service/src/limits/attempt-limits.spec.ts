import { describe, expect, it } from '@jest/globals';
import { FakeClock, runInContext } from '@storey/context';
import { openKv } from '@storey/kv';
import { AttemptLimits } from './attempt-limits.js';

const open = async (on = true) => {
  const clock = new FakeClock();
  return { clock, limits: new AttemptLimits(await openKv('memory:', { clock }), { on }) };
};

const from = <T>(clientIp: string, call: () => Promise<T>): Promise<T> =>
  runInContext({ traceId: '', priority: 'critical', clientIp }, call);

/** How many of `calls` got through. */
async function passed(calls: number, call: (n: number) => Promise<void>): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: calls }, (_, n) => call(n)));
  return all.filter(({ status }) => status === 'fulfilled').length;
}

describe('attemptLimits', () => {
  it('lets an address register 120 times a minute, a /64 being one address', async () => {
    const { limits, clock } = await open();
    const register = (n: number) => from(`2001:db8::${n.toString(16)}`, () => limits.registration());
    expect(await passed(130, register)).toBe(120);
    await expect(from('2001:db8:0:1::1', () => limits.registration())).resolves.toBeUndefined();
    await expect(register(1)).rejects.toMatchObject({ details: { retryAfterSeconds: 60 } });
    await clock.advance(60_000);
    expect(await passed(130, register)).toBe(120);
  });

  it('counts 30 wrong passwords of an address and 10 of a name in five minutes', async () => {
    const { limits } = await open();
    expect(await passed(40, (n) => from('10.0.0.1', () => limits.failed(`name ${n}`)))).toBe(30);
    expect(await passed(40, (n) => from(`10.0.1.${n}`, () => limits.failed('one name')))).toBe(10);
  });

  it('counts no look', async () => {
    const { limits } = await open();
    expect(await passed(40, () => limits.mayTry('name'))).toBe(40);
    await expect(limits.failed('name')).resolves.toBeUndefined();
  });

  it('can be turned off', async () => {
    const { limits } = await open(false);
    expect(await passed(200, () => limits.registration())).toBe(200);
    expect(await passed(200, () => limits.failed('name'))).toBe(200);
  });
});
