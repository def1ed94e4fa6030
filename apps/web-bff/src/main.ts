import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['rpcAccountUrl', 'rpcCommentUrl', 'rpcHistoryUrl', 'upstreamWebUrl'] as const;
await runApp({ name: 'web-bff', config, start, needsPeers }, process.env);
