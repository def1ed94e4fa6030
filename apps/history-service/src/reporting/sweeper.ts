import { type Clock } from '@storey/context';
import { type historyEvents } from '@storey/contracts';
import { type EventLog } from '@storey/events';
import { DELETION, HISTORY_UPDATES, REGIONS, keyOf, userKeys } from '@storey/history';
import { type Kv, type Scored } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { type Epoch } from '../state/epoch.js';
import { type KeptRecords } from '../state/kept-records.js';
import { type Marks, type Suspect } from './marks.js';
import { barrier, bundles, deletionUpdate, recordUpdate } from './updates.js';

const EVERY_MS = 1_000;
/** How often a region is swept, by whichever process comes first, ms. */
const REGION_EVERY_MS = 4_000;
/** Between two barriers of a region that waits for history-job, ms. */
const BARRIER_EVERY_MS = 5_000;
/** After a loss of kv state, for what other processes still hold to reach the log, ms. */
const SETTLE_MS = 1_000;
const MAX_SUSPECTS = 200;
const MAX_MARKS = 500;

export interface SweeperOptions {
  readonly kv: Kv;
  readonly kept: KeptRecords;
  readonly marks: Marks;
  readonly epoch: Epoch;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Brings to the log what a dead process, or a log that was down, left behind; and after a loss of kv state asks
 * history-job, by a barrier in each region, to say when the tables are complete. Bounded per turn.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  #cancel: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#turn;
  }

  /** One turn over all regions. @throws AppError when a store is down. */
  async sweep(): Promise<void> {
    const { epoch, clock } = this.#options;
    const now = clock.now();
    const current = await epoch.ensure(now);
    for (const region of now - Number(current) >= SETTLE_MS ? await epoch.broken(current) : [])
      if (await this.#first(`hb:${region}`, BARRIER_EVERY_MS)) await this.#append(region, [barrier(current)]);
    for (let region = 0; region < REGIONS; region += 1)
      if (await this.#first(`hs:${region}`, REGION_EVERY_MS)) await this.#sweepRegion(region, now);
  }

  async #sweepRegion(region: number, now: number): Promise<void> {
    for (const suspect of await this.#options.marks.suspects(region, now, MAX_SUSPECTS))
      await this.#sweepUser(region, suspect);
  }

  async #sweepUser(region: number, suspect: Suspect): Promise<void> {
    const { marks } = this.#options;
    const stale = await marks.of(suspect.userId, MAX_MARKS);
    if (stale.length > 0) {
      await this.#append(region, bundles(await this.#updates(suspect.userId, stale)));
      await marks.clear(suspect.userId, stale);
    }
    if (stale.length < MAX_MARKS) await marks.acquit(suspect);
  }

  /** The marks were read first: what changes from here on moves its mark, so clearing these hides nothing. */
  async #updates(userId: bigint, stale: readonly Scored[]): Promise<historyEvents.HistoryUpdate[]> {
    const { kept } = this.#options;
    const names = stale.map(({ member }) => member);
    const deleted = names
      .filter((name) => name.startsWith(DELETION))
      .map((name) => name.slice(DELETION.length));
    const records = await kept.find(userId, names.filter((name) => !name.startsWith(DELETION)).map(keyOf));
    return [
      ...(await this.#deletions(userId, deleted)),
      ...[...records.values()].map((record) => recordUpdate(userId, record, true)),
    ];
  }

  async #deletions(userId: bigint, names: readonly string[]): Promise<historyEvents.HistoryUpdate[]> {
    if (names.length === 0) return [];
    const times = await this.#options.kv.scoresOf(userKeys(userId).tombstones, names);
    return names.flatMap((name, i) => {
      const at = times[i];
      return at === undefined ? [] : [deletionUpdate(userId, { ...keyOf(name), at })];
    });
  }

  async #append(region: number, values: readonly Uint8Array[]): Promise<void> {
    if (values.length === 0) return;
    const key = String(region);
    await this.#options.events.append(
      HISTORY_UPDATES.name,
      values.map((value) => ({ key, value })),
    );
  }

  /** Whether this process is the first of all to take this turn. */
  async #first(key: string, ttlMs: number): Promise<boolean> {
    return (await this.#options.kv.setIfAbsent(key, TAKEN, { ttlMs })) === undefined;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancel = this.#options.clock.after(EVERY_MS, () => {
      this.#turn = this.sweep()
        .catch((error: unknown) =>
          this.#options.logger.warn('history can not be swept now', { cause: String(error) }),
        )
        .finally(() => this.#schedule());
    });
  }
}

const TAKEN = Uint8Array.of(1);
