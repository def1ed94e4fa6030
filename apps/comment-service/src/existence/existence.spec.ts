import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { IdGenerator } from '@storey/ids';
import { Metrics, createLogger } from '@storey/observability';
import { CommandsTopic } from '../../test/commands-topic.js';
import { Existence, type ExistenceOptions } from './existence.js';

let topic: CommandsTopic;
let clock: FakeClock;
let warnings: string[];
let stored: bigint[];
/** Happens once the first chunk has been read. */
let meanwhile: () => void;
let existence: Existence;

beforeEach(() => {
  [topic, clock, warnings, stored, meanwhile] = [
    new CommandsTopic(),
    new FakeClock(),
    [],
    [],
    () => undefined,
  ];
});
afterEach(() => existence.close());

const metrics = Metrics.create({ defaults: false });

async function start(options: Partial<ExistenceOptions> = {}): Promise<void> {
  const logger = createLogger('silent');
  logger.warn = (_, fields) => void warnings.push(String(fields?.['cause']));
  const of = async (_: number, after: bigint, limit: number): Promise<readonly bigint[]> => {
    const chunk = stored.filter((id) => id > after).slice(0, limit);
    meanwhile();
    return chunk;
  };
  const ids = { tables: { first: 0, count: 1 }, of };
  existence = Existence.start({ ids, events: topic.log, clock, logger, metrics, ...options });
  for (let n = 0; n < 20; n += 1) await clock.advance(100);
}

const [x = 0n, y = 0n, ...others] = Array.from({ length: 20 }, (_, n) =>
  new IdGenerator({ worker: n, clock: new FakeClock(Date.UTC(2025, 6, 1)) }).next(n),
);
async function passes(id: bigint): Promise<boolean> {
  let asked = false;
  await existence.ids.read([id], async () => {
    asked = true;
    return new Map();
  });
  return asked;
}

describe('what a process knows of the ids of comments', () => {
  it('is what is stored and what is accepted', async () => {
    stored = [x];
    await start();
    topic.publish(0, y);
    topic.deliver(0);
    expect([await passes(x), await passes(y), await passes(others[0] ?? 0n)]).toEqual([true, true, false]);
    expect(await metrics.text()).toMatch(/existence_ids{[^}]*} 2\n/);
  });

  it('misses nothing that is stored while the tables are read', async () => {
    stored = [y];
    meanwhile = () => {
      meanwhile = () => undefined;
      topic.publish(0, x);
      topic.deliver(0);
      topic.done[0] = 1n;
    };
    await start();
    expect([await passes(x), await passes(others[0] ?? 0n)]).toEqual([true, false]);
  });

  it('is nothing while the log is away, and all there is afterwards', async () => {
    topic.isAway = true;
    await start();
    expect(await passes(x)).toBe(true);
    topic.isAway = false;
    await clock.advance(1000);
    await clock.advance(1000);
    expect([await passes(x), warnings]).toEqual([false, []]);
  });

  it('is nothing any more when something was missed, which is told once', async () => {
    await start();
    for (const id of others) topic.publish(0, id);
    topic.deliver(0, 1, 1);
    topic.deliver(0, 1, 5);
    expect([await passes(x), existence.ids.size]).toEqual([true, 0]);
    expect(warnings).toEqual(['commands were missed']);
  });

  it('is nothing any more when there are too many, which is told once', async () => {
    stored = others;
    await start({ size: { expected: 5, falsePositives: 0.01, most: 10 } });
    topic.publish(0, x);
    topic.deliver(0);
    expect([await passes(y), existence.ids.size]).toEqual([true, 0]);
    expect(warnings).toEqual(['there are too many comments']);
  });

  it('is nothing when the tables can’t be read', async () => {
    await start({ ids: { tables: { first: 0, count: 1 }, of: () => Promise.reject(new Error('a defect')) } });
    expect([await passes(x), warnings]).toEqual([true, ['Error: a defect']]);
  });
});
