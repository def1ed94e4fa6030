import { runApp } from '@storey/service';
import { config, start } from './index.js';

await runApp(
  {
    name: 'api-gateway',
    config,
    start,
    servesHttp: true,
    uses: ['kvStateUrl', 'rpcAccountUrl', 'upstreamWebUrl', 'upstreamAppUrl', 'upstreamAdminUrl'],
  },
  process.env,
);
