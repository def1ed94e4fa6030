import { createBff, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { type FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { IMPORT_SPACE, ImportRunner, ImportStates, resumeImports } from './importing/index.js';
import { useStaffOnly } from './staff-only.js';

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const app = await createBff({
    name: 'admin-bff',
    module: AppModule.with(platform),
    platform,
    streamed: ['/admin/v1/import'],
    configure: async (fastify) => useStaffOnly(fastify),
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const withdraw = platform.ports.upstreamHub.serve('admin-bff', (request, response) =>
    fastify.routing(request, response),
  );
  const imports = app.get(ImportRunner);
  await resumeImports(imports, app.get(ImportStates), app.get(IMPORT_SPACE));
  return {
    close: async () => {
      withdraw();
      await imports.close();
      await app.close();
    },
  };
}
