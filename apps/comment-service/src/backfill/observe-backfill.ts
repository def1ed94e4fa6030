import { type Metrics } from '@storey/observability';
import { type BackfillRequests } from './backfill-requests.js';

/** Lets the metrics read what was asked of comment-job, and what was not for which reason. */
export function observeBackfill({ counts }: Pick<BackfillRequests, 'counts'>, metrics: Metrics): void {
  const help = 'Ids that readers wanted rebuilt, by what became of the wish';
  metrics.counted('storey_comment_backfill_total', help, 'outcome', () => ({ ...counts }));
}
