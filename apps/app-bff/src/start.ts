import { type FastifyInstance } from 'fastify';
import { createBff, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { AppModule } from './app.module.js';

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const app = await createBff({
    name: 'app-bff',
    module: AppModule.with(platform),
    platform,
    forms: ['/app/v1/reply'],
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const withdraw = platform.ports.upstreamHub.serve('app-bff', (request, response) =>
    fastify.routing(request, response),
  );
  return {
    close: async () => {
      withdraw();
      await app.close();
    },
  };
}
