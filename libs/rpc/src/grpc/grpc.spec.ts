import { freePort } from '@storey/testing';
import { openRpc } from '../index.js';
import { describeRpc } from '../rpc.contract.js';

describeRpc('grpc:', async (targets, options) => {
  const urls: Record<string, string> = {};
  for (const target of targets) urls[target] = `grpc://127.0.0.1:${await freePort()}`;
  const [server, client] = [await openRpc(urls, options), await openRpc(urls, options)];
  return { server, client, transitMs: 150, close: () => client.close() };
});
