import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['rpcAccountUrl', 'rpcCommentUrl', 'rpcHistoryUrl', 'upstreamAppUrl'] as const;
await runApp({ name: 'app-bff', config, start, needsPeers }, process.env);
