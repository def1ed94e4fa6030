import { type FaultPoint } from '@storey/context';
import { ConfigError, loadConfig, type ConfigOf, type ConfigShape } from '@storey/config';
import { isAppError } from '@storey/errors';
import { createLogger, type Logger } from '@storey/observability';
import { faultPoints } from '@storey/testing';
import { lockDataDir } from './data-dir.js';
import { serveHealth } from './health-server.js';
import { openPlatform, type Platform, type RunningApp } from './platform.js';
import { platformConfig, type PlatformConfig } from './platform-config.js';
import { type PortSetting } from './ports.js';
import { StartError } from './start-error.js';

/** How long an ordered shutdown may take before the process ends anyway, ms. */
const SHUTDOWN_MS = 10_000;

export interface AppProgram<S extends ConfigShape> {
  readonly name: string;
  readonly config: S;
  start(config: ConfigOf<S> & PlatformConfig, platform: Platform): Promise<RunningApp>;
  /**
   * What of the outside this app uses; the rest is not opened. Its peers are other processes, so an adapter that serves
   * one process only is refused. Absent: everything is used, and every peer is in this process.
   */
  readonly uses?: readonly PortSetting[];
  /** Of these, what only makes it better: it is ready without them. */
  readonly spares?: readonly PortSetting[];
  /** True for an app that answers health over its own HTTP port already. */
  readonly servesHttp?: boolean;
}

/** Runs one app as this process, until SIGINT or SIGTERM. What the starter can put right is told in one line. */
export async function runApp<S extends ConfigShape>(
  program: AppProgram<S>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    const config = loadConfig({ ...platformConfig, ...program.config }, env) as ConfigOf<S> & PlatformConfig;
    refuseSingleProcessAdapters(program, config);
    const logger = createLogger(config.logLevel).child({ app: program.name });
    const running = await begin(program, config, logger);
    closeOnSignal(running, logger);
  } catch (error) {
    process.stderr.write(`${program.name} can't start. ${explain(error)}\n`);
    // What was opened before the mistake showed holds nothing that a killed process would lose.
    process.exit(1);
  }
}

async function begin<S extends ConfigShape>(
  program: AppProgram<S>,
  config: ConfigOf<S> & PlatformConfig,
  logger: Logger,
): Promise<RunningApp> {
  const faultPoint = plannedFaults(config);
  const dataDir = lockDataDir(config.dataDir);
  const platform = await openPlatform({
    config,
    folder: dataDir.path,
    faultPoint,
    uses: program.uses,
    spares: program.spares,
    logger,
    onDead: (error) => {
      logger.error('a part has died that only a new process brings back: ending', error);
      process.exit(1);
    },
  });
  const app = await program.start(config, platform);
  const health = program.servesHttp ? undefined : await serveHealth(platform);
  return {
    close: async () => {
      platform.health.stop();
      await app.close();
      await health?.close();
      await platform.ports.close();
      dataDir.release();
    },
  };
}

/** What the person who starts it can put right, in a line; a defect of ours is thrown on, with its stack. */
function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof ConfigError) return `Wrong settings:\n${error.message}`;
  if (isAppError(error) && error.code !== 'COMMON_INTERNAL') return `${error.message} (${error.code})`;
  throw error;
}

function plannedFaults({ killAt, nodeEnv }: PlatformConfig): FaultPoint {
  try {
    return faultPoints({ killAt, production: nodeEnv === 'production' });
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

function refuseSingleProcessAdapters<S extends ConfigShape>(
  { name, uses = [] }: AppProgram<S>,
  config: PlatformConfig,
): void {
  const single = uses.filter((key) => /^(inproc|memory|file|sqlite):/.test(String(config[key])));
  if (single.length === 0) return;
  const settings = single.map((key) => `${platformConfig[key].env}=${String(config[key])}`).join(', ');
  throw new StartError(
    `${name} needs its peers, but ${settings} serves one process only. Name a server, or start everything in one process by "npm start".`,
  );
}

function closeOnSignal(running: RunningApp, logger: Logger): void {
  let closing = false;
  const close = (signal: string): void => {
    if (closing) return;
    closing = true;
    logger.info('stopping', { signal });
    const late = setTimeout(() => {
      logger.warn('did not stop in time; ending anyway', { afterMs: SHUTDOWN_MS });
      process.exit(1);
    }, SHUTDOWN_MS);
    running.close().then(
      () => {
        clearTimeout(late);
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error('failed while stopping', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
}
