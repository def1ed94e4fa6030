import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, runInContext, type Principal } from '@storey/context';
import { unavailable } from '@storey/errors';
import { createLogger } from '@storey/observability';
import { FirstVisits } from './first-visits.js';

const principal = (userId: string): Principal => ({ userId, sessionId: '1', roles: ['user'], level: 0 });

let clock: FakeClock;
let told: string[];
let refused: Error | undefined;
let visits: FirstVisits;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  refused = undefined;
  const tell = async (date: string): Promise<void> => {
    told.push(date);
    if (refused) throw refused;
    return Promise.resolve();
  };
  visits = new FirstVisits(tell, clock, createLogger('silent'));
});

const saw = (userId: string | undefined, date: string): Promise<void> =>
  runInContext(
    { traceId: '', priority: 'critical', ...(userId !== undefined && { principal: principal(userId) }) },
    () => visits.saw(date),
  );

describe('a visit', () => {
  it('is told once for a user and day', async () => {
    for (const user of ['1', '1', '2', '1']) await saw(user, '2026-01-01');
    await saw('1', '2026-01-02');
    expect(told).toEqual(['2026-01-01', '2026-01-01', '2026-01-02']);
  });

  it('of nobody, or on no day, is none', async () => {
    await saw(undefined, '2026-01-01');
    await saw('1', 'today');
    expect(told).toEqual([]);
  });

  it('that could not be told fails nobody, and is told again a little later', async () => {
    refused = unavailable('away');
    await saw('1', '2026-01-01');
    await saw('1', '2026-01-01');
    expect(told).toHaveLength(1);
    await clock.advance(10_000);
    await saw('1', '2026-01-01');
    expect(told).toHaveLength(2);
  });
});
