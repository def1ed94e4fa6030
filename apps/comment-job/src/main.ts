import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['sqlCommentUrl', 'kvCacheUrl', 'eventsUrl'] as const;
await runApp({ name: 'comment-job', config, start, needsPeers }, process.env);
