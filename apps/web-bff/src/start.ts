import {
  CACHE_CHANGES_TOPIC,
  createBff,
  hearCacheChanges,
  noteVisits,
  serveBff,
  type Platform,
  type PlatformConfig,
  type RunningApp,
} from '@storey/service';
import { AppModule } from './app.module.js';
import { HotPages, Pages, ViewedPages, observePages } from './comments/index.js';
import { serveDocs } from './docs/serve-docs.js';
import { Services } from './services.js';
import { serveSite } from './site/serve-site.js';
import { warmUp } from './warm-up.js';

/** The cache of subjects that comment-job tells of: one that changed, and with it all its pages. */
const SUBJECTS = 'comment.subject';

/** A visitor waits no longer than this for his visit to be noted. */
const VISIT = { timeoutMs: 150 };

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const { ports, logger, metrics } = platform;
  const app = await createBff({
    name: 'web-bff',
    module: AppModule.with(platform),
    platform,
    configure: async (fastify, app) => {
      const { accounts } = app.get(Services);
      noteVisits(fastify, (date) => accounts.visit({ date }, VISIT), platform);
      serveDocs(fastify, app);
      await serveSite(fastify, logger);
    },
  });
  const pages = app.get(Pages);
  await ports.events.createTopics([CACHE_CHANGES_TOPIC]);
  const changes = await hearCacheChanges(ports.events, ({ cache, id, version, atOnce }) => {
    if (cache === SUBJECTS) pages.changed(id, { version, atOnce });
  });
  observePages({ pages, viewed: app.get(ViewedPages) }, metrics.forApp('web-bff'));
  await warmUp(app, platform);
  const { front } = app.get(HotPages);
  return serveBff(app, platform, 'web-bff', { front, beforeClose: () => changes.close() });
}
