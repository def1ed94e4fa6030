import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['rpcAccountUrl', 'rpcCommentUrl', 'upstreamAdminUrl'] as const;
await runApp({ name: 'admin-bff', config, start, needsPeers }, process.env);
