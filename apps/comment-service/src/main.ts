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
// What the log can't take the database does: see README.
await runApp({ name: 'comment-service', config, start, uses, spares: ['eventsUrl'] }, process.env);
