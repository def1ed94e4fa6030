import { createBff, serveBff, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { AppModule } from './app.module.js';
import { serveDocs } from './docs/serve-docs.js';
import { serveSite } from './site/serve-site.js';

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const app = await createBff({
    name: 'web-bff',
    module: AppModule.with(platform),
    platform,
    configure: async (fastify, app) => {
      serveDocs(fastify, app);
      await serveSite(fastify, platform.logger);
    },
  });
  return serveBff(app, platform, 'web-bff');
}
