import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = [
  'kvStateUrl',
  'eventsUrl',
  'rpcAccountUrl',
  'rpcCommentUrl',
  'rpcHistoryUrl',
  'upstreamWebUrl',
] as const;
await runApp({ name: 'web-bff', config, start, uses }, process.env);
