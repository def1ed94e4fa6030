import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['sqlCommentUrl', 'kvStateUrl', 'kvCacheUrl', 'eventsUrl', 'searchUrl'] as const;
await runApp({ name: 'comment-job', config, start, uses }, process.env);
