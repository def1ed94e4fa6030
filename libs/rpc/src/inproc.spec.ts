import { openRpc } from './index.js';
import { describeRpc } from './rpc.contract.js';

describeRpc('inproc:', async (targets, options) => {
  const rpc = await openRpc(Object.fromEntries(targets.map((target) => [target, 'inproc:'])), options);
  return { server: rpc, client: rpc, close: async () => {} };
});
