import { runApp } from '@storey/service';
import { config, start } from './index.js';

await runApp(
  {
    name: 'standalone',
    config,
    servesHttp: true,
    start: async (settings, platform) => {
      const product = await start(settings, platform);
      console.log(`Storey is at http://${settings.host}:${product.port}  (Ctrl-C stops it)`);
      return product;
    },
  },
  process.env,
);
