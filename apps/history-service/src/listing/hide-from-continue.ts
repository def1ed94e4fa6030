import { type Clock } from '@storey/context';
import { nameOf, type RecordKey } from '@storey/history';
import { type Bundler } from '../reporting/bundler.js';
import { type Marks } from '../reporting/marks.js';
import { recordUpdate } from '../reporting/updates.js';
import { type KeptRecords } from '../state/kept-records.js';
import { type UserStates } from '../state/user-states.js';

export interface HideFromContinueOptions {
  readonly states: UserStates;
  readonly kept: KeptRecords;
  readonly marks: Marks;
  readonly bundler: Bundler;
  readonly clock: Clock;
}

/** Takes a record off the continue shelf. The next report puts it back, as it is a new one that nobody hid. */
export class HideFromContinue {
  readonly #options: HideFromContinueOptions;

  constructor(options: HideFromContinueOptions) {
    this.#options = options;
  }

  /** Of a record that does not exist nothing is hidden. */
  async execute(userId: bigint, key: RecordKey): Promise<void> {
    const { states, kept, marks, bundler, clock } = this.#options;
    const { floor } = await states.open(userId);
    if (floor > 0 && !(await kept.find(userId, [key])).has(nameOf(key))) await states.bring(userId, [key]);
    const record = (await kept.find(userId, [key])).get(nameOf(key));
    if (!record || record.hidden) return;
    const now = clock.now();
    await marks.announce(userId, now);
    const mark = { member: nameOf(key), score: marks.next(now) };
    const hidden = { ...record, hidden: true };
    // Equal in time and seq, so it wins against this very report and against no later one.
    if ((await kept.merge(userId, hidden, mark.score)) !== 'written') return;
    bundler.add({ update: recordUpdate(userId, hidden, true), mark });
  }
}
