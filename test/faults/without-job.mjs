import * as accountService from '@storey/account-service';
import * as adminBff from '@storey/admin-bff';
import * as apiGateway from '@storey/api-gateway';
import * as appBff from '@storey/app-bff';
import * as commentJob from '@storey/comment-job';
import * as commentService from '@storey/comment-service';
import * as historyJob from '@storey/history-job';
import * as historyService from '@storey/history-service';
import { runApp } from '@storey/service';
import { config } from '@storey/standalone';
import * as webBff from '@storey/web-bff';

const APPS = [
  accountService,
  commentService,
  historyService,
  historyJob,
  webBff,
  appBff,
  adminBff,
  apiGateway,
];

/** The whole product but the writer of comments, which starts when this process gets SIGUSR2. */
await runApp(
  {
    name: 'without-job',
    config,
    servesHttp: true,
    start: async (settings, platform) => {
      const running = [];
      for (const app of APPS) running.push(await app.start(settings, platform));
      const { port } = running.at(-1);
      process.once('SIGUSR2', async () => running.unshift(await commentJob.start(settings, platform)));
      console.log(`Storey is at http://${settings.host}:${port}`);
      return {
        close: async () => {
          for (const app of running.reverse()) await app.close();
        },
      };
    },
  },
  process.env,
);
