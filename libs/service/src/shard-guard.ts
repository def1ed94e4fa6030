import { type Logger, type Metrics } from '@storey/observability';
import { shardSpan } from '@storey/sql';

/** Statements are few and repeat for ever; more different ones than this are judged each time. */
const MAX_KNOWN = 5_000;

/**
 * Watches for the statement that would stop everything from growing: one that visits several shards. Each is reported
 * once and counted in `storey_sql_spanning_total`, which the end-to-end suites expect to be 0.
 */
export function shardGuard(metrics: Metrics, logger: Logger): (text: string) => void {
  const spanning = metrics.counter('storey_sql_spanning_total', 'Statements that visited several shards');
  const known = new Set<string>();
  spanning.add(0);
  return (text) => {
    if (known.has(text)) return;
    if (known.size < MAX_KNOWN) known.add(text);
    if (shardSpan(text) <= 1) return;
    spanning.add();
    logger.error('a statement visits several shards', new Error(text.slice(0, 500)));
  };
}
