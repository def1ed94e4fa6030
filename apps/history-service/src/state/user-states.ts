import { type Clock } from '@storey/context';
import { isOutage } from '@storey/events';
import {
  DEFAULT_SETTINGS,
  EPOCH,
  nameOf,
  regionOf,
  userKeys,
  type Deletion,
  type HistoryRecord,
  type RecordKey,
  type Settings,
  type StoredHistory,
} from '@storey/history';
import { type Kv } from '@storey/kv';
import { type Epoch } from './epoch.js';
import { KEPT_TTL_MS, type KeptRecords } from './kept-records.js';
import { decodeLoaded, decodeSettings, encodeLoaded, encodeSettings } from './user-codec.js';

/** What is known of a user before his records are looked at. */
export interface UserState {
  readonly settings: Settings;
  /** Records at or before this time may be in the tables alone; 0: all are in kv state. */
  readonly floor: number;
  /** Something acknowledged may be missing: the tables can't be asked, or wait for what the log holds. */
  readonly degraded: boolean;
}

interface Tables {
  readonly settings: Settings;
  readonly deletions: readonly Deletion[];
  readonly records: readonly HistoryRecord[];
}

/** How long a user counts as loaded, ms. */
const LOADED_TTL_MS = KEPT_TTL_MS - 86_400_000;
/** The same while the tables may lack something. */
const PROVISIONAL_TTL_MS = 1_000;
/** Deletions that the tables hand out at once; with so many, older ones may exist. */
const MAX_DELETIONS = 1_000;

export interface UserStatesOptions {
  readonly kv: Kv;
  readonly kept: KeptRecords;
  readonly stored: StoredHistory;
  readonly epoch: Epoch;
  readonly clock: Clock;
  /** Newest records taken into kv state. */
  readonly keptRecords: number;
}

/** Brings a user's history from the tables into kv state when it is not there, once for all who ask at a time. */
export class UserStates {
  readonly #options: UserStatesOptions;
  readonly #loading = new Map<bigint, Promise<UserState>>();

  constructor(options: UserStatesOptions) {
    this.#options = options;
  }

  /** @throws AppError unavailable when kv state is; a database that is down only degrades. */
  async open(userId: bigint): Promise<UserState> {
    const keys = userKeys(userId);
    const [loaded, settings, epoch] = await this.#options.kv.mget([keys.loaded, keys.settings, EPOCH]);
    if (loaded && epoch) {
      const { floor, degraded, epoch: of } = decodeLoaded(loaded);
      if (of === Buffer.from(epoch).toString())
        return { floor, degraded, settings: decodeSettings(settings) };
      await this.#options.kv.compareAndDelete(keys.loaded, loaded); // brought back from before a loss
    }
    const known = this.#loading.get(userId);
    if (known) return known;
    const loading = this.#load(userId, epoch, settings).finally(() => this.#loading.delete(userId));
    this.#loading.set(userId, loading);
    return loading;
  }

  async putSettings(userId: bigint, settings: Settings): Promise<void> {
    await this.#options.stored.putSettings(userId, settings);
    await this.#options.kv.set(userKeys(userId).settings, encodeSettings(settings), {});
  }

  /**
   * Brings single records that only the tables may have into kv state, with their deletions. Does nothing while the
   * database is down: the tables themselves take no older report over a newer one.
   */
  async bring(userId: bigint, keys: readonly RecordKey[]): Promise<void> {
    if (keys.length === 0) return;
    const { stored, kept } = this.#options;
    const found = await unlessDown(() =>
      Promise.all([stored.find(userId, keys), stored.deletionsOf(userId, keys)]),
    );
    if (!found) return;
    await kept.addDeletions(userId, found[1]);
    await this.#mergeAll(userId, found[0]);
  }

  async #load(
    userId: bigint,
    given: Uint8Array | undefined,
    settings: Uint8Array | undefined,
  ): Promise<UserState> {
    const { epoch, clock } = this.#options;
    const current = await epoch.ensure(clock.now(), given);
    const whole = await epoch.isWhole(regionOf(userId), current);
    const tables = await unlessDown(() => this.#readTables(userId));
    if (!tables) return { settings: decodeSettings(settings), floor: Infinity, degraded: true };
    return this.#takeOver(userId, tables, { epoch: current, whole });
  }

  async #readTables(userId: bigint): Promise<Tables> {
    const { stored, keptRecords } = this.#options;
    const [settings, deletions, records] = await Promise.all([
      stored.settings(userId),
      stored.deletions(userId),
      stored.page(userId, { newerThan: 0, business: '', limit: keptRecords }),
    ]);
    return { settings, deletions, records };
  }

  async #takeOver(
    userId: bigint,
    { settings, deletions, records }: Tables,
    { epoch, whole }: { readonly epoch: string; readonly whole: boolean },
  ): Promise<UserState> {
    const { kv, kept, keptRecords } = this.#options;
    const keys = userKeys(userId);
    await kept.addDeletions(userId, deletions);
    await this.#mergeAll(userId, records);
    if (settings !== DEFAULT_SETTINGS) await kv.setIfAbsent(keys.settings, encodeSettings(settings), {});
    const cut = records.length === keptRecords ? (records.at(-1)?.at ?? 0) : 0;
    const cutDeletions = deletions.length >= MAX_DELETIONS ? Math.min(...deletions.map(({ at }) => at)) : 0;
    const state = { floor: Math.max(cut, cutDeletions), degraded: !whole };
    for (const key of [keys.records, keys.index, keys.tombstones]) await kv.expire(key, KEPT_TTL_MS);
    const ttlMs = whole ? LOADED_TTL_MS : PROVISIONAL_TTL_MS;
    await kv.setIfAbsent(keys.loaded, encodeLoaded({ ...state, epoch }), { ttlMs });
    return { ...state, settings };
  }

  /** What kv state has already was reported since and stays as it is. */
  async #mergeAll(userId: bigint, records: readonly HistoryRecord[]): Promise<void> {
    const { kv, kept } = this.#options;
    if (records.length === 0) return;
    const scores = await kv.scoresOf(userKeys(userId).index, records.map(nameOf));
    const missing = records.filter((record, i) => (scores[i] ?? 0) < record.at);
    await Promise.all(missing.map((record) => kept.merge(userId, { ...record, since: 0 })));
  }
}

/** @returns nothing when the database can't be asked now. */
export async function unlessDown<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isOutage(error)) return undefined;
    throw error;
  }
}
