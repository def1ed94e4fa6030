import { describe, expect, it } from '@jest/globals';
import { workClassOf, type WorkPaces } from '@storey/comment';
import { FakeClock } from '@storey/context';
import { type NewMessage } from '@storey/events';
import { IdGenerator } from '@storey/ids';
import { createLogger } from '@storey/observability';
import { CommandLog, type NewCommand } from './command-log.js';
import { type Doors } from './doors.js';
import { type Overlays } from './overlays.js';

function bench() {
  const steps: string[] = [];
  const stored: NewMessage[] = [];
  const clock = new FakeClock();
  const doors = {
    store: (messages: readonly NewMessage[]) => {
      steps.push(`stored ${messages.length}`);
      stored.push(...messages);
      return Promise.resolve();
    },
  };
  const paces = {
    pass: async (work: string, items: number) => void steps.push(`passed ${items} of ${work}`),
  };
  const log = new CommandLog({
    doors: doors as unknown as Doors,
    overlays: { add: () => Promise.resolve() } as unknown as Overlays,
    ids: new IdGenerator({ worker: 1, clock }),
    clock,
    logger: createLogger('silent'),
    unapplied: { watch: () => undefined },
    paces: paces as unknown as WorkPaces,
  });
  return { log, steps, classes: () => stored.map(({ headers }) => workClassOf(headers ?? {})) };
}

const command = (id: bigint): NewCommand => ({
  id,
  subject: { type: 'video', oid: 'v1' },
  actor: { userId: 1n, roles: ['user'] },
  change: { case: 'publish', value: { text: 'hello' } },
});

describe('CommandLog', () => {
  it('holds commands that nobody waits for up before they are stored, and marks them', async () => {
    const { log, steps, classes } = bench();
    await log.acceptBulk([command(1n), command(2n)]);
    expect(steps).toEqual(['passed 2 of bulk', 'stored 2']);
    expect(classes()).toEqual(['bulk', 'bulk']);
  });

  it('holds up no command of a person', async () => {
    const { log, steps, classes } = bench();
    await log.accept(command(1n));
    expect(steps).toEqual(['stored 1']);
    expect(classes()).toEqual(['commands']);
  });
});
