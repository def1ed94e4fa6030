import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['sqlHistoryUrl', 'kvStateUrl', 'eventsUrl', 'rpcHistoryUrl'] as const;
await runApp({ name: 'history-service', config, start, uses }, process.env);
