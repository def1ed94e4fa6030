import { type Clock } from '@storey/context';
import { type Logger, type Metrics } from '@storey/observability';
import { type TakingPort } from './taking.js';

/** Counts what became of timers and how late they were, and tells of those that failed. */
export function timerMetrics(metrics: Metrics, logger: Logger, clock: Clock): TakingPort['onEnded'] {
  const labels = ['kind', 'outcome'];
  const ended = metrics.counter(
    'storey_timers_total',
    'Timers that went off, by what became of them',
    labels,
  );
  const late = metrics.histogram('storey_timers_late_seconds', 'How late timers had their effect', ['kind']);
  return ({ id, kind, at }, outcome, error) => {
    ended.add(1, { kind, outcome });
    if (outcome === 'done') late.observe((clock.now() - at) / 1000, { kind });
    if (outcome === 'failed')
      logger.warn('a timer failed and is tried again', { kind, id, cause: String(error) });
    if (outcome === 'parked') logger.error('a timer was given up', error, { kind, id });
  };
}
