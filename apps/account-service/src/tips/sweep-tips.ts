import { type TipRow } from '@storey/account';
import { type Logger } from '@storey/observability';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { Sweep } from '../sweep.js';
import { isRefusal } from '../refusal.js';
import { type TipCounts } from './tip-counts.js';
import { type TipDriver } from './tip-driver.js';

export interface TipSweepOptions {
  readonly store: Store;
  readonly driver: TipDriver;
  readonly sources: Sources;
  readonly counts: TipCounts;
  readonly logger: Logger;
}

/** Brings tips to their end that their giver's request has left. */
export function sweepTips({ store, driver, sources, counts, logger }: TipSweepOptions): Sweep<TipRow> {
  return new Sweep<TipRow>({
    due: async (limit) => {
      const due = await store.tips.due(sources.now(), limit);
      counts.oldestMs = Math.max(0, ...due.map((tip) => Number(sources.now() - tip.created_at)));
      return due;
    },
    drive: (tip) => driver.drive(tip),
    postpone: (tip, ms) => {
      const change = { due_at: sources.now() + BigInt(ms) };
      return store.sql.transaction((tx) => store.tips.update(tx, tip, change));
    },
    onError: (error, tip) => {
      // Refused while it was tried: it is cancelled by now. Refused what was decided: the two sides disagree.
      if (tip.state !== 'trying' && isRefusal(error))
        logger.error('a tip was decided otherwise over there', error, { tip: String(tip.id) });
    },
  });
}
