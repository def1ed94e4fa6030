import {
  createBff,
  noteVisits,
  serveBff,
  type Platform,
  type PlatformConfig,
  type RunningApp,
} from '@storey/service';
import { AppModule } from './app.module.js';
import { Services } from './services.js';

/** A visitor waits no longer than this for his visit to be noted. */
const VISIT = { timeoutMs: 150 };

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const app = await createBff({
    name: 'app-bff',
    module: AppModule.with(platform),
    platform,
    forms: ['/app/v1/reply'],
    configure: (fastify, app) => {
      const { accounts } = app.get(Services);
      noteVisits(fastify, (date) => accounts.visit({ date }, VISIT), platform);
    },
  });
  return serveBff(app, platform, 'app-bff');
}
