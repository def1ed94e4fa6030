import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['sqlCommentUrl', 'kvStateUrl', 'eventsUrl', 'rpcCommentUrl'] as const;
await runApp({ name: 'comment-service', config, start, needsPeers }, process.env);
