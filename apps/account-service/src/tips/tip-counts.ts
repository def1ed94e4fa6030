import { type Metrics } from '@storey/observability';

/** What became of tips that this process brought to their end, and what its last sweep found. */
export class TipCounts {
  readonly #ended = { done: 0, cancelled: 0 };
  /** Ms; 0 when there is nothing to sweep. */
  oldestMs = 0;

  add(state: 'done' | 'cancelled'): void {
    this.#ended[state] += 1;
  }

  observe(metrics: Metrics): void {
    metrics.counted('storey_tips_total', 'Tips by how they ended', 'outcome', () => this.#ended);
    const help = 'Age of the oldest tip that the last sweep found without an end';
    metrics.observed('storey_tips_oldest_seconds', help, [], () => [[{}, this.oldestMs / 1000]]);
  }
}
