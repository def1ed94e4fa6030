import { createBff, serveBff, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
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
  const imports = app.get(ImportRunner);
  const running = await serveBff(app, platform, 'admin-bff', { beforeClose: () => imports.close() });
  await resumeImports(imports, app.get(ImportStates), app.get(IMPORT_SPACE));
  return running;
}
