import { type Metrics } from '@storey/observability';
import { type OrphanSweep } from './applying/orphan-sweep.js';
import { type Parking } from './parking/parking.js';

interface Parts {
  readonly parking: Parking;
  readonly orphans: OrphanSweep;
}

/** What became of commands that came early, and of words that nobody needs. */
export function observeWriter({ parking, orphans }: Parts, metrics: Metrics): void {
  const help = 'Commands that came before their comment, by what became of them';
  metrics.counted('storey_comment_parked_total', help, 'outcome', () => ({ ...parking.counts }));
  metrics.observed('storey_comment_orphans_total', 'Words without a comment that were removed', [], () => [
    [{}, orphans.removed],
  ]);
}
