import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { account } from '@storey/contracts';
import { type Logger } from '@storey/observability';
import { startRelay, type Relay } from '@storey/outbox';
import { patiently } from '@storey/resilience';
import { NestLogger, observeOutbox, type Platform, type RunningApp } from '@storey/service';
import { AppModule } from './app.module.js';
import { startChores } from './chores.js';
import { Deletion } from './deletion/deletion.js';
import { openGround, type Ground, type Settings } from './ground.js';
import { KeyRotation } from './keys/key-rotation.js';
import { FirstAdministrator } from './registration/first-administrator.js';
import { RevocationNews } from './sessions/revocation-news.js';
import { tippingOf } from './tips/tipping.js';

export interface StartOptions {
  /** Shows the person who starts the program what will not be shown again. Default: standard output. */
  readonly announce?: (text: string) => void;
}

/**
 * Where all instances start at once, each may have to wait for what the others do to the same rows; a slow machine makes that
 * longer than a transaction may take.
 */
const TRIES = 10;

/** @throws StartError for a first administrator that can't be made. */
export async function start(
  settings: Settings,
  platform: Platform,
  { announce = print }: StartOptions = {},
): Promise<RunningApp> {
  const logger = platform.logger.child({ app: 'account-service' });
  const ground = await openGround(settings, platform, logger);
  const { store, sources, passwords } = ground;
  const rotation = new KeyRotation(store, sources.clock, settings.keyRotationHours);
  const first = new FirstAdministrator(store, passwords, sources, { ...settings, announce, logger });
  const inTurn = { tries: TRIES, clock: sources.clock };
  await patiently(() => rotation.check(), inTurn);
  await patiently(() => first.ensure(), inTurn);

  const tipping = tippingOf(ground, platform, logger);
  const deletionOf = (news: RevocationNews): Deletion => new Deletion(ground, news, platform, logger);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    AppModule.with(ground, tipping, deletionOf),
    {
      strategy: platform.ports.rpc.strategy([account.AccountService], { target: 'account' }),
      logger: new NestLogger(logger),
      abortOnError: false,
    },
  );
  const [news, deletion] = [app.get(RevocationNews), app.get(Deletion)];
  const sweeps = { 'bring tips to their end': tipping.sweep, 'bring deletions to their end': deletion.sweep };
  const stopChores = startChores({ ground, rotation, news, sweeps }, platform, logger);
  const relay = relayOf(ground, platform, logger);
  await app.listen();
  return {
    close: async () => {
      await app.close();
      await stopChores();
      await relay.close();
      await ground.release();
    },
  };
}

function relayOf({ store }: Ground, { ports, clock, faultPoint, metrics }: Platform, logger: Logger): Relay {
  return startRelay(store.sql, ports.events, {
    domain: 'account',
    clock,
    faultPoint,
    onError: (error) => logger.warn('events of accounts wait for the log', { cause: String(error) }),
    onParked: ({ cause, ...row }) => logger.error('an event of an account was given up', cause, row),
    onBacklog: observeOutbox(metrics.forApp('account-service')),
  });
}

/** Not the log: it may be silent, and is kept. */
function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
