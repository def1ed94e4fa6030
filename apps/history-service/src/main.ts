import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['sqlHistoryUrl', 'kvStateUrl', 'eventsUrl', 'rpcHistoryUrl'] as const;
await runApp({ name: 'history-service', config, start, needsPeers }, process.env);
