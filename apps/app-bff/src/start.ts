import { createBff, serveBff, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { AppModule } from './app.module.js';

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const app = await createBff({
    name: 'app-bff',
    module: AppModule.with(platform),
    platform,
    forms: ['/app/v1/reply'],
  });
  return serveBff(app, platform, 'app-bff');
}
