import { expect } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type Stored } from '../../support/stored.js';

/** What was left over of a whole run, on a busy machine. */
const QUIET_MS = 40_000;

/**
 * Waits until nothing is on its way any more: every group has all of its topics, every outbox is empty.
 * @param read looks anew. @returns what was there then.
 */
export async function quiet(
  read: () => Stored | Promise<Stored>,
  { timeoutMs = QUIET_MS }: { readonly timeoutMs?: number } = {},
): Promise<Stored> {
  let stored = await read();
  await eventually(
    async () => {
      stored = await read();
      expect(stored.lags()).toEqual([]);
      expect([stored.unsent('comment'), stored.unsent('account')]).toEqual([0, 0]);
    },
    { timeoutMs, everyMs: 200 },
  );
  return stored;
}
