import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['kvStateUrl', 'rpcAccountUrl', 'rpcCommentUrl', 'rpcHistoryUrl', 'upstreamAppUrl'] as const;
await runApp({ name: 'app-bff', config, start, uses }, process.env);
