import { expect } from '@jest/globals';
import { eventually } from '@storey/testing';
import { type ToolRun } from './topology/host.js';

/** A look takes some seconds on its own; what is eventual (search, caches, the log) may need another one. */
const PATIENCE_MS = 60_000;

export interface Tools {
  run(name: string, ...args: readonly string[]): Promise<ToolRun>;
}

/** Ends when `npm run reconcile` says that nothing that is kept twice differs. Nobody writes meanwhile. */
export async function expectReconciled(tools: Tools): Promise<void> {
  await eventually(
    async () => {
      const { code, said } = await tools.run('reconcile');
      expect([code, said]).toEqual([0, expect.stringMatching(/^0 differences$/m)]);
    },
    { timeoutMs: PATIENCE_MS, everyMs: 1000 },
  );
}
