import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { comment } from '@storey/contracts';
import { NestLogger, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { AppModule } from './app.module.js';
import { closeGround, openGround } from './ground.js';

export async function start(_settings: PlatformConfig, platform: Platform): Promise<RunningApp> {
  const logger = platform.logger.child({ app: 'comment-service' });
  const ground = await openGround(platform, logger);
  // A store that is new is marked before anybody's command waits in the log, so that nobody has to wait for it.
  await ground.memory.isWhole();
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule.with(ground), {
    strategy: platform.ports.rpc.strategy([comment.CommentService], { target: 'comment' }),
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen();
  return {
    close: async () => {
      await app.close();
      await closeGround(ground);
    },
  };
}
