import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@storey/comment';
import { runInContext } from '@storey/context';
import { comment } from '@storey/contracts';
import { Bench, SLOW, alice, bob } from './bench.js';
import { commentJob } from './job.js';

let bench: Bench;
const open: Watch[] = [];
beforeEach(async () => {
  bench = await Bench.open();
  await bench.startJob(commentJob);
});
afterEach(async () => {
  for (const watch of open.splice(0)) await watch.return?.();
  await bench.close();
});

type Watch = AsyncIterableIterator<comment.SubjectEvent>;

function watching(oid = 'v1', lastEventId = ''): Watch {
  const context = { traceId: 'f'.repeat(32), priority: 'sheddable_plus' as const };
  const watch = runInContext(context, () =>
    bench.client.watch({ subject: { type: 'video', oid }, lastEventId }),
  );
  open.push(watch);
  return watch;
}

async function next(watch: Watch): Promise<comment.SubjectEvent> {
  const { value, done } = await watch.next();
  if (done) throw new Error('the stream ended');
  return value;
}

const cases = async (watch: Watch, count: number): Promise<(string | undefined)[]> => {
  const seen: (string | undefined)[] = [];
  for (let n = 0; n < count; n += 1) seen.push((await next(watch)).event.case);
  return seen;
};

describe('watching a subject', () => {
  it('begins with ready and tells what happens there, in order, and nowhere else', async () => {
    const watch = watching();
    expect((await next(watch)).event.case).toBe('ready');
    await bench.post(bob, 'elsewhere', { oid: 'v2' });
    const id = await bench.post(alice, 'one');
    const created = await next(watch);
    expect(created.event).toMatchObject({ case: 'created', value: { id, text: 'one', floor: 1n } });
    expect(created.event.case === 'created' && created.event.value.viewer).toBeUndefined();
    await bench.as(alice, (client) => client.edit({ id, text: 'two' }, SLOW));
    await bench.as(bob, (client) => client.react({ id, value: comment.Reaction.LIKE }, SLOW));
    await bench.as(alice, (client) => client.delete({ id }, SLOW));
    const rest = [await next(watch), await next(watch), await next(watch)];
    expect(rest.map(({ event }) => event)).toMatchObject([
      { case: 'updated', value: { text: 'two' } },
      { case: 'reacted', value: { id, likes: 1n, dislikes: 0n } },
      { case: 'deleted', value: { id } },
    ]);
    const offsets = [created, ...rest].map((event) => BigInt(event.id.split('-')[1] ?? '-1'));
    expect(offsets).toEqual([...offsets].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(offsets).size).toBe(4);
  });

  it('goes on behind the last event that was received, without a gap or a twin', async () => {
    const first = watching();
    await next(first);
    await bench.post(alice, 'one');
    const { id } = await next(first);
    await first.return?.();
    await bench.applied(alice, await bench.post(alice, 'two'));
    await bench.applied(alice, await bench.post(alice, 'three'));
    const again = watching('v1', id);
    expect((await next(again)).event.case).toBe('ready');
    await bench.post(alice, 'four');
    const told = [await next(again), await next(again), await next(again)].map(({ event }) =>
      event.case === 'created' ? event.value.text : event.case,
    );
    expect(told).toEqual(['two', 'three', 'four']);
  });

  it.each(['0-999999', 'nonsense', '77-1'])(
    'says reset to the unknown event id %s and goes on',
    async (id) => {
      const watch = watching('v1', id);
      expect(await cases(watch, 2)).toEqual(['ready', 'reset']);
      await bench.post(alice, 'one');
      expect((await next(watch)).event.case).toBe('created');
    },
  );

  it('says reset when what was missed has been cut or is too much', async () => {
    const { events } = bench.platform.ports;
    const watch = watching();
    await next(watch);
    await bench.post(alice, 'one');
    const { id } = await next(watch);
    await bench.applied(alice, await bench.post(alice, 'two'));
    const read = events.read.bind(events);
    events.read = async (topic, partition, from, limit) =>
      topic === EVENTS_TOPIC ? read(topic, partition, from + 1n, limit) : read(topic, partition, from, limit);
    expect(await cases(watching('v1', id), 2)).toEqual(['ready', 'reset']);
  });
});
