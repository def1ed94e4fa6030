import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = [
  'sqlAccountUrl',
  'kvStateUrl',
  'eventsUrl',
  'rpcAccountUrl',
  'rpcCommentUrl',
  'rpcHistoryUrl',
] as const;
await runApp({ name: 'account-service', config, start, uses }, process.env);
