import { runApp } from '@storey/service';
import { config, start } from './index.js';

const uses = ['sqlHistoryUrl', 'kvStateUrl', 'eventsUrl'] as const;
await runApp({ name: 'history-job', config, start, uses }, process.env);
