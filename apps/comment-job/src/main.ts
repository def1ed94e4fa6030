import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['sqlCommentUrl', 'kvCacheUrl', 'eventsUrl'] as const;
await runApp({ name: 'comment-job', config, start, uses }, process.env);
