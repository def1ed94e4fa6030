import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['sqlHistoryUrl', 'kvStateUrl', 'eventsUrl'] as const;
await runApp({ name: 'history-job', config, start, needsPeers }, process.env);
