import { type Clock } from '@storey/context';
import { type Transaction } from 'kysely';
import {
  TIMERS_TAG,
  scheduleTimer,
  startTimers,
  type ScheduleTables,
  type Timer,
  type TimerKinds,
  type Timers,
  type TimersOptions,
} from '../src/index.js';
import { type Fixture, type Played } from './fixture.js';

export type Db = ScheduleTables & Played;

export const NOTHING = new Uint8Array();
export const sequence = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Timers that write their id down. `early` are those that went off before their time. */
export class Play {
  readonly early: string[] = [];

  constructor(
    readonly f: Fixture,
    readonly clock: Clock = f.clock,
  ) {}

  readonly apply = async (tx: Transaction<Db>, { id, at }: Timer): Promise<void> => {
    if (this.clock.now() < at) this.early.push(id);
    await tx
      .insertInto('played')
      .values({ n: at % 1_000_000_000, text: id })
      .execute();
  };

  start(
    kinds: TimerKinds<Db> = { play: { apply: this.apply } },
    options: Partial<TimersOptions> = {},
  ): Timers {
    const { logger, metrics } = this.f;
    return this.f.started(startTimers(this.f.sql, kinds, { clock: this.clock, logger, metrics, ...options }));
  }

  /** @param afterMs from now, one timer each. */
  async schedule(
    timers: Readonly<Record<string, number>>,
    { kind = 'play', notify = TIMERS_TAG }: { readonly kind?: string; readonly notify?: string } = {},
  ): Promise<void> {
    const now = this.f.clock.now();
    await this.f.sql.transaction(
      async (tx) => {
        for (const [id, afterMs] of Object.entries(timers))
          await scheduleTimer(tx, { id, kind, at: now + afterMs, payload: NOTHING });
      },
      { notify, timeoutMs: 5000 },
    );
  }

  async left(): Promise<string[]> {
    const rows = await this.f.sql.read.selectFrom('timer').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  }
}
