import { type Metrics } from '@storey/observability';

interface Backlog {
  readonly ready: number;
  readonly oldestMs: number;
  readonly parked: number;
}

/**
 * What the relay of an app tells of its table, as metrics. A parked row is an alarm: it is given up until an operator
 * frees it (`npm run republish -- --parked`).
 * @returns to be given to the relay as `onBacklog`.
 */
export function observeOutbox(metrics: Metrics): (backlog: Backlog) => void {
  const rows = metrics.gauge('storey_outbox_rows', 'Rows that are not sent, by state: ready or parked', [
    'state',
  ]);
  const oldest = metrics.gauge('storey_outbox_oldest_seconds', 'Age of the oldest row that waits to be sent');
  return ({ ready, oldestMs, parked }) => {
    rows.set(ready, { state: 'ready' });
    rows.set(parked, { state: 'parked' });
    oldest.set(oldestMs / 1000);
  };
}
