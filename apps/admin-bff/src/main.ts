import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['kvStateUrl', 'rpcAccountUrl', 'rpcCommentUrl', 'rpcHistoryUrl', 'upstreamAdminUrl'] as const;
await runApp({ name: 'admin-bff', config, start, uses }, process.env);
