import { type Metrics } from '@storey/observability';
import { type Pages } from './pages.js';

/** Lets the metrics read what the pages count: a hit costs less than telling of it. */
export function observePages(pages: Pick<Pages, 'counts' | 'bytes'>, metrics: Metrics): void {
  const help = 'Reads of pages, by how they were served';
  metrics.counted('storey_page_reads_total', help, 'use', () => ({ ...pages.counts }));
  metrics.observed('storey_page_bytes', 'Pages kept in this process', [], () => [[{}, pages.bytes]]);
}
