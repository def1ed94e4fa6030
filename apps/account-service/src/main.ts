import { runApp } from '@storey/service';
import { config, start } from './index.js';

const needsPeers = ['rpcAccountUrl', 'kvStateUrl', 'eventsUrl'] as const;
await runApp({ name: 'account-service', config, start, needsPeers }, process.env);
