import { describe } from '@jest/globals';
import { describeCalls } from './calls.contract.js';
import { describeContext } from './context.contract.js';
import { type CreateRpc } from './harness.contract.js';
import { describeNest } from './nest.contract.js';
import { describeStreams } from './streams.contract.js';

export type { CreateRpc } from './harness.contract.js';

/** What every transport of rpc promises. */
export function describeRpc(name: string, create: CreateRpc): void {
  describe(`rpc over ${name}`, () => {
    describeCalls(create);
    describeStreams(create);
    describeContext(create);
    describeNest(create);
  });
}
