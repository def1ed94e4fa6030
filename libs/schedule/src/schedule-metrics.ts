import { type Metrics } from '@storey/observability';

export interface ScheduleMetrics {
  ended(task: string, outcome: string, tookMs: number): void;
  /** @param ms since a task should have begun, while nobody runs it. */
  late(task: string, ms: number): void;
}

export function scheduleMetrics(metrics: Metrics): ScheduleMetrics {
  const runs = metrics.counter(
    'storey_schedule_runs_total',
    'Runs of recurring work, by what became of them',
    ['task', 'outcome'],
  );
  const seconds = metrics.histogram('storey_schedule_run_seconds', 'How long runs of recurring work took', [
    'task',
  ]);
  const late = metrics.gauge('storey_schedule_late_seconds', 'Since a task is due that nobody runs', [
    'task',
  ]);
  return {
    ended: (task, outcome, tookMs) => {
      runs.add(1, { task, outcome });
      if (outcome !== 'skipped') seconds.observe(tookMs / 1000, { task });
    },
    late: (task, ms) => late.set(ms / 1000, { task }),
  };
}
