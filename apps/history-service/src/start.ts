import { NestFactory } from '@nestjs/core';
import { history } from '@storey/contracts';
import { HISTORY_UPDATES, historyMigrations, type HistoryDb } from '@storey/history';
import { NestLogger, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { AppModule, type Background, type Settings } from './app.module.js';

export async function start(settings: PlatformConfig & Settings, platform: Platform): Promise<RunningApp> {
  const { ports, health, logger } = platform;
  const sql = await ports.sql<HistoryDb>('history', historyMigrations);
  health.require('history-db', () => sql.ping());
  await ports.events.createTopics([HISTORY_UPDATES]);
  const { module, background } = AppModule.with(settings, platform, sql);
  await beginEpoch(background, platform);
  const app = await NestFactory.createMicroservice(module, {
    strategy: ports.rpc.strategy([history.HistoryService], { target: 'history' }),
    logger: new NestLogger(logger.child({ app: 'history-service' })),
    abortOnError: false,
  });
  await app.listen();
  background.sweeper.start();
  return {
    close: async () => {
      await app.close();
      await background.sweeper.close();
      await background.bundler.close();
    },
  };
}

/** A kv state that begins with the log has lost nothing; one that begins later must hear from history-job first. */
async function beginEpoch({ epoch }: Background, { ports, clock }: Platform): Promise<void> {
  const current = await epoch.ensure(clock.now());
  const ends = await ports.events.endOffsets(HISTORY_UPDATES.name);
  if (ends.every((end) => end === 0n)) await epoch.declareWhole(current);
}
