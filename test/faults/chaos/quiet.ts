import { expect } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type Stored } from '../../support/stored.js';

/** What was left over of a whole run, on a busy machine. */
const QUIET_MS = 40_000;

/**
 * Waits until nothing is on its way any more: every group has all of its topics, every outbox is empty, looked at twice,
 * since what leaves an outbox between two looks is in the log behind them.
 * @param read looks anew. @returns what was there then.
 */
export async function quiet(
  read: () => Stored | Promise<Stored>,
  { timeoutMs = QUIET_MS }: { readonly timeoutMs?: number } = {},
): Promise<Stored> {
  const look = async (): Promise<Stored> => {
    const stored = await read();
    expect([stored.unsent('comment'), stored.unsent('account')]).toEqual([0, 0]);
    expect(stored.lags()).toEqual([]);
    return stored;
  };
  return eventually(async () => (await look(), look()), { timeoutMs, everyMs: 200 });
}
