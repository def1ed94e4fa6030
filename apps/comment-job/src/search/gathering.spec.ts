import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@storey/context';
import { type Message } from '@storey/events';
import { Gathering } from './gathering.js';

/** Turns of batches of so many messages; each notes when it was its turn. */
function setUp() {
  const clock = new FakeClock();
  const gathering = new Gathering(clock, { full: 3, apartMs: 250 });
  const turns: (readonly [partition: number, at: number])[] = [];
  const began = clock.monotonic();
  const turn = async (size: number, partition = 0, signal = new AbortController().signal): Promise<void> => {
    const messages = Array.from({ length: size }, () => ({}) as Message);
    await gathering.turn({ partition, messages, signal });
    turns.push([partition, clock.monotonic() - began]);
  };
  return { clock, gathering, turn, turns };
}

describe('batches that gather', () => {
  it('are held apart within their partition, the first for nothing', async () => {
    const { clock, turn, turns } = setUp();
    await turn(1);
    await clock.advance(100);
    const second = turn(1);
    await turn(1, 1);
    await clock.advance(150);
    await second;
    await clock.advance(300);
    await turn(2);
    expect(turns).toEqual([
      [0, 0],
      [1, 100],
      [0, 250],
      [0, 550],
    ]);
  });

  it('do not wait when they are full', async () => {
    const { turn, turns } = setUp();
    await turn(3);
    await turn(3);
    expect(turns).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('end their wait when the partition is taken away', async () => {
    const { turn } = setUp();
    await turn(1);
    const taken = new AbortController();
    const waiting = turn(1, 0, taken.signal);
    taken.abort(new Error('taken'));
    await expect(waiting).rejects.toThrow('taken');
  });

  it('wait no longer once the consumer is about to close', async () => {
    const { gathering, turn, turns } = setUp();
    await turn(1);
    const waiting = turn(1);
    gathering.end();
    await waiting;
    await turn(1);
    expect(turns).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
