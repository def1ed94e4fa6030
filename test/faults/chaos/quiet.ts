import { expect } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type Stores } from '../../support/stores.js';

/** What was left over of a whole run, on a busy machine. */
const QUIET_MS = 40_000;

/** Waits until nothing is on its way any more: every group has all of its topics, every outbox is empty. */
export async function quiet(stores: Stores): Promise<void> {
  await eventually(
    () => {
      expect(stores.lags()).toEqual([]);
      expect([stores.unsent('comment'), stores.unsent('account')]).toEqual([0, 0]);
    },
    { timeoutMs: QUIET_MS, everyMs: 200 },
  );
}
