import { isOutage } from '@storey/events';
import { nameOf, type HistoryRecord, type Place, type StoredHistory } from '@storey/history';
import { type KeptRecords } from '../state/kept-records.js';
import { type KeptRecord } from '../state/stored-record.js';
import { type UserState } from '../state/user-states.js';

const CHUNK = 200;
/** Rows of the tables that one page looks at; a page of a rare filter may end early and goes on by its cursor. */
const MAX_STORED = 1_000;

export interface Range {
  readonly userId: bigint;
  readonly state: UserState;
  readonly after: Place | undefined;
  /** Newer than this, epoch ms. */
  readonly edge: number;
  /** '' = any. */
  readonly business: string;
}

/** What came of reading besides the rows. */
export interface Reading {
  /** The tables could not be asked. */
  down: boolean;
  /** Where the bound was reached; more rows may follow. */
  cut: Place | undefined;
}

/** A user's records newest first, out of kv state and, below its floor, the tables; each once. */
export class NewestFirst {
  constructor(
    private readonly kept: KeptRecords,
    private readonly stored: StoredHistory,
  ) {}

  async *read(range: Range, reading: Reading): AsyncGenerator<KeptRecord, void> {
    const cold = this.#cold(range, reading);
    let stored: KeptRecord | undefined;
    let asked = false;
    const ask = async (): Promise<void> => {
      asked = true;
      stored = (await cold.next()).value ?? undefined;
    };
    for await (const record of this.#hot(range)) {
      // The tables are not asked while kv state alone has what comes next.
      if (!asked && record.at <= range.state.floor) await ask();
      while (stored && comesFirst(stored, record)) {
        yield stored;
        await ask();
      }
      if (reading.cut && comesFirst(reading.cut, record)) return;
      yield record;
    }
    if (!asked) await ask();
    while (stored) {
      yield stored;
      await ask();
    }
  }

  /** All in kv state, newest first. */
  all(range: Range): AsyncGenerator<KeptRecord, void> {
    return this.#hot({ ...range, after: undefined });
  }

  async *#hot({ userId, after, edge, business }: Range): AsyncGenerator<KeptRecord, void> {
    let last = after && { member: nameOf(after), score: after.at };
    for (;;) {
      const records = await this.kept.next(userId, edge + 1, last, CHUNK);
      for (const record of records) if (business === '' || record.business === business) yield record;
      const end = records.at(-1);
      if (records.length < CHUNK || !end) return;
      last = { member: nameOf(end), score: end.at };
    }
  }

  async *#cold(range: Range, reading: Reading): AsyncGenerator<KeptRecord, void> {
    const { userId, state, edge, business } = range;
    if (state.floor <= edge) return;
    let after = startOf(range);
    for (let seen = 0; seen < MAX_STORED; seen += CHUNK) {
      const rows = await this.#rows(userId, { after, newerThan: edge, business, limit: CHUNK }, reading);
      yield* await this.#onlyStored(userId, rows);
      const end = rows.at(-1);
      if (rows.length < CHUNK || !end) return;
      after = end;
    }
    reading.cut = after;
  }

  async #rows(
    userId: bigint,
    page: Parameters<StoredHistory['page']>[1],
    reading: Reading,
  ): Promise<HistoryRecord[]> {
    try {
      return await this.stored.page(userId, page);
    } catch (error) {
      if (!isOutage(error)) throw error;
      reading.down = true;
      return [];
    }
  }

  /** Neither in kv state, which is newer, nor deleted there. */
  async #onlyStored(userId: bigint, rows: readonly HistoryRecord[]): Promise<KeptRecord[]> {
    if (rows.length === 0) return [];
    const kept = await this.kept.find(userId, rows);
    const alive = await this.kept.alive(
      userId,
      rows.filter((row) => !kept.has(nameOf(row))),
    );
    return alive.map((row) => ({ ...row, since: 0 }));
  }
}

/** Rows at the floor itself count as below it. */
function startOf({ after, state: { floor } }: Range): Place | undefined {
  if (floor === Infinity || (after && after.at <= floor)) return after;
  return { at: floor + 1, business: '', oid: '' };
}

function comesFirst(a: Place, b: Place): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return nameOf(a) > nameOf(b);
}
