import * as accountService from '@storey/account-service';
import * as adminBff from '@storey/admin-bff';
import * as apiGateway from '@storey/api-gateway';
import * as appBff from '@storey/app-bff';
import * as commentJob from '@storey/comment-job';
import * as commentService from '@storey/comment-service';
import { type ConfigOf } from '@storey/config';
import * as historyJob from '@storey/history-job';
import * as historyService from '@storey/history-service';
import { type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import * as webBff from '@storey/web-bff';

export const config = {
  ...accountService.config,
  ...commentService.config,
  ...commentJob.config,
  ...historyService.config,
  ...historyJob.config,
  ...webBff.config,
  ...appBff.config,
  ...adminBff.config,
  ...apiGateway.config,
};

/** From the stores to the edge: who is called starts before who calls. */
const APPS = [
  accountService,
  commentService,
  commentJob,
  historyService,
  historyJob,
  webBff,
  appBff,
  adminBff,
];

export interface RunningProduct extends RunningApp {
  readonly port: number;
}

/** Every app in this process, each a program of its own that only shares the ports. Closes from the edge to the stores. */
export async function start(
  settings: ConfigOf<typeof config> & PlatformConfig,
  platform: Platform,
): Promise<RunningProduct> {
  const running: RunningApp[] = [];
  const close = async (): Promise<void> => {
    for (const app of running.splice(0).reverse()) await app.close();
  };
  try {
    for (const app of APPS) running.push(await app.start(settings, platform));
    const gateway = await apiGateway.start(settings, platform);
    running.push(gateway);
    return { port: gateway.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}
