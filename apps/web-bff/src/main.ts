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
// What is heard from the log makes copies current sooner; without it they are short-lived all the same.
await runApp({ name: 'web-bff', config, start, uses, spares: ['eventsUrl'] }, process.env);
