import { expect, it } from '@jest/globals';
import { Metrics } from '@storey/observability';
import { observeOutbox } from './observe-outbox.js';

it('rows that wait, rows that were given up and the age of the oldest are metrics', async () => {
  const metrics = Metrics.create({ defaults: false });
  const onBacklog = observeOutbox(metrics.forApp('x'));
  onBacklog({ ready: 3, oldestMs: 1500, parked: 2 });
  const text = await metrics.text();
  expect(text).toContain('storey_outbox_rows{state="ready",app="x"} 3');
  expect(text).toContain('storey_outbox_rows{state="parked",app="x"} 2');
  expect(text).toContain('storey_outbox_oldest_seconds{app="x"} 1.5');
  onBacklog({ ready: 0, oldestMs: 0, parked: 0 });
  expect(await metrics.text()).toContain('storey_outbox_rows{state="parked",app="x"} 0');
});
