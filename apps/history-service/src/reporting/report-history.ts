import { type Clock, type FaultPoint } from '@storey/context';
import { isAppError } from '@storey/errors';
import {
  effectiveTime,
  nameOf,
  retentionEdge,
  wins,
  type RecordKey,
  type ReportTimes,
  type Snapshot,
} from '@storey/history';
import { type KeptRecords } from '../state/kept-records.js';
import { type KeptRecord } from '../state/stored-record.js';
import { type Trimming } from '../state/trimming.js';
import { type UserState, type UserStates } from '../state/user-states.js';
import { type Bundler } from './bundler.js';
import { type Marks } from './marks.js';
import { type PublishedSnapshots } from './published-snapshots.js';
import { recordUpdate } from './updates.js';

export interface Report extends RecordKey, ReportTimes, Snapshot {
  readonly progress: number;
  /** 0 = not told. */
  readonly duration: number;
  /** 0 = none. */
  readonly seq: number;
  readonly device: string;
  readonly private: boolean;
}

export interface Outcome {
  readonly recorded: boolean;
  /** Why the report was refused; '' when it was accepted, recorded or not. */
  readonly code: string;
}

export interface ReportHistoryOptions {
  readonly states: UserStates;
  readonly kept: KeptRecords;
  readonly marks: Marks;
  readonly bundler: Bundler;
  readonly published: PublishedSnapshots;
  readonly trimming: Trimming;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
}

interface Timed {
  readonly report: Report;
  readonly at: number;
}

const RECORDED: Outcome = { recorded: true, code: '' };
const NOT_RECORDED: Outcome = { recorded: false, code: '' };

/**
 * Takes reports of one user, each judged alone. Accepted when kv state holds record and mark: the database and the log
 * may both be down then.
 */
export class ReportHistory {
  readonly #options: ReportHistoryOptions;

  constructor(options: ReportHistoryOptions) {
    this.#options = options;
  }

  /** @param reports at most 100. @returns their outcomes in order. @throws AppError unavailable when kv state is. */
  async execute(userId: bigint, reports: readonly Report[]): Promise<readonly Outcome[]> {
    const now = this.#options.clock.now();
    const state = await this.#options.states.open(userId);
    const outcomes: Outcome[] = [];
    const accepted: Timed[] = [];
    for (const report of reports) {
      const judged = judge(report, state, now);
      if ('at' in judged) accepted.push(judged);
      outcomes.push('at' in judged ? RECORDED : judged);
    }
    if (accepted.length > 0) await this.#record(userId, accepted, state, now);
    return outcomes;
  }

  async #record(
    userId: bigint,
    accepted: readonly Timed[],
    { floor }: UserState,
    now: number,
  ): Promise<void> {
    const { marks, faultPoint } = this.#options;
    const known = await this.#known(userId, accepted, floor);
    await marks.announce(userId, now);
    const records = accepted.map(({ report, at }) => {
      const record = complete(report, at, known.get(nameOf(report)), now);
      const before = known.get(nameOf(report));
      if (!before || wins(record, before)) known.set(nameOf(report), record);
      return { record, before, mark: marks.next(now) };
    });
    const results = await Promise.all(
      records.map(({ record, mark }) => this.#options.kept.merge(userId, record, mark)),
    );
    faultPoint('hist.kv');
    records.forEach(({ record, before, mark }, i) => {
      if (results[i] === 'written') this.#publish(userId, record, before, mark);
    });
    if (records.some(({ before }) => !before)) await this.#options.trimming.trim(userId);
  }

  /** What is recorded of the same things already. */
  async #known(userId: bigint, accepted: readonly Timed[], floor: number): Promise<Map<string, KeptRecord>> {
    const { kept, states } = this.#options;
    const keys = accepted.map(({ report }) => report);
    const found = await kept.find(userId, keys);
    const elsewhere = keys.filter((key) => !found.has(nameOf(key)));
    if (elsewhere.length === 0 || floor === 0 || floor === Infinity) return found;
    await states.bring(userId, elsewhere);
    return kept.find(userId, keys);
  }

  #publish(userId: bigint, record: KeptRecord, before: KeptRecord | undefined, mark: number): void {
    const { bundler, published } = this.#options;
    const name = nameOf(record);
    const id = `${userId} ${name}`;
    const same = before !== undefined && published.has(id, before) && published.has(id, record);
    const shown = record.title + record.coverUrl + record.url + record.part !== '';
    bundler.add({
      update: recordUpdate(userId, record, shown && !same),
      mark: { member: name, score: mark },
      onAppended: () => published.add(id, record),
    });
  }
}

/** @returns the report with its effective time, or the outcome when nothing is to be recorded. */
function judge(report: Report, { settings }: UserState, now: number): Timed | Outcome {
  try {
    const at = effectiveTime(report, now);
    const unwanted = settings.paused || report.private || at <= retentionEdge(settings, now);
    return unwanted ? NOT_RECORDED : { report, at };
  } catch (error) {
    if (isAppError(error) && error.kind === 'unprocessable') return { recorded: false, code: error.code };
    throw error;
  }
}

const UNTOLD = { duration: 0, title: '', coverUrl: '', url: '', part: '' };

/** A report that leaves out what an earlier one told about the thing does not take it back. */
function complete(report: Report, at: number, before: KeptRecord | undefined, now: number): KeptRecord {
  const told = before ?? UNTOLD;
  return {
    business: report.business,
    oid: report.oid,
    progress: report.progress,
    duration: report.duration || told.duration,
    at,
    seq: report.seq,
    device: report.device,
    title: report.title || told.title,
    coverUrl: report.coverUrl || told.coverUrl,
    url: report.url || told.url,
    part: report.part || told.part,
    hidden: false,
    since: before ? before.since : now,
  };
}
