import { type Metrics } from '@storey/observability';
import { type Pages } from './pages.js';
import { type ViewedPages } from './viewed-pages.js';

interface Observed {
  readonly pages: Pick<Pages, 'counts' | 'bytes'>;
  readonly viewed: Pick<ViewedPages, 'counts'>;
}

/** Lets the metrics read what the pages count: a hit costs less than telling of it. */
export function observePages({ pages, viewed }: Observed, metrics: Metrics): void {
  const help = 'Reads of pages, by how they were served';
  metrics.counted('storey_page_reads_total', help, 'use', () => ({ ...pages.counts }));
  const views = 'Reads of what is a viewer’s own on a page: calls that were made, and reads that shared one';
  metrics.counted('storey_page_views_total', views, 'use', () => ({ ...viewed.counts }));
  metrics.observed('storey_page_bytes', 'Pages kept in this process', [], () => [[{}, pages.bytes]]);
}
