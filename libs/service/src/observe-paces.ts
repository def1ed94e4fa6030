import { type Metrics } from '@storey/observability';

/** Lets the metrics read how quickly work that gives way to other work goes at present. */
export function observePaces(paces: { rates(): Readonly<Record<string, number>> }, metrics: Metrics): void {
  const help = 'Items a second that work of a class may do at present';
  metrics.counted('storey_work_pace', help, 'class', () => paces.rates());
}
