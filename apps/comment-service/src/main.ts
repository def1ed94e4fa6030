import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = [
  'sqlCommentUrl',
  'kvStateUrl',
  'kvCacheUrl',
  'eventsUrl',
  'searchUrl',
  'rpcCommentUrl',
] as const;
await runApp({ name: 'comment-service', config, start, uses }, process.env);
