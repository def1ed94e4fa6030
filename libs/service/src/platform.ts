import { systemClock, systemRandom, type Clock, type FaultPoint, type Random } from '@storey/context';
import { CursorSealer, InternalTokens, loadSecret, type SecretSource } from '@storey/auth';
import { Metrics, createLogger, type Logger } from '@storey/observability';
import { join } from 'node:path';
import { Health } from './health.js';
import { type PlatformConfig } from './platform-config.js';
import { StartError } from './start-error.js';
import { openPorts, type PortSetting, type Ports } from './ports.js';

/** What an app is given besides its own settings. */
export interface Platform {
  readonly ports: Ports;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly tokens: InternalTokens;
  readonly cursors: CursorSealer;
  readonly clock: Clock;
  readonly random: Random;
  readonly faultPoint: FaultPoint;
  readonly config: PlatformConfig;
}

/** A running app. `close` refuses new work, finishes what runs, and is bounded. */
export interface RunningApp {
  close(): Promise<void>;
}

export interface PlatformOptions {
  readonly config: PlatformConfig;
  readonly folder: string;
  readonly faultPoint: FaultPoint;
  /** What of the outside is opened. Default: everything. */
  readonly uses?: readonly PortSetting[] | undefined;
  /** What of it is not required to be ready. */
  readonly spares?: readonly PortSetting[] | undefined;
  /** Told when a part has died that only a new process brings back; `runApp` ends this one. Default: it is logged. */
  readonly onDead?: (error: unknown) => void;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { config, folder, faultPoint, uses, clock = systemClock, random = systemRandom } = options;
  const logger = options.logger ?? createLogger(config.logLevel);
  const secrets = join(folder, 'secrets');
  const internal = await secretOf({ name: 'internal', folder: secrets, given: config.internalSecret });
  const cursor = await secretOf({ name: 'cursor', folder: secrets, given: config.cursorSecret });
  const tokens = new InternalTokens({ secret: internal, clock });
  const metrics = Metrics.create();
  const onDead =
    options.onDead ?? ((error: unknown): void => logger.error('a part has died for good', error));
  const ports = await openPorts({ config, uses, folder, tokens, clock, logger, metrics, faultPoint, onDead });
  const health = new Health(clock);
  requirePorts(health, ports, options);
  return {
    ports,
    logger,
    metrics,
    health,
    tokens,
    cursors: new CursorSealer({ secret: cursor }),
    clock,
    random,
    faultPoint,
    config,
  };
}

async function secretOf(source: SecretSource): Promise<Uint8Array> {
  try {
    return await loadSecret(source);
  } catch (error) {
    throw new StartError(`The ${source.name} secret can't be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function requirePorts(health: Health, ports: Ports, { uses, spares = [] }: PlatformOptions): void {
  const parts = { kvState: 'kv-state', kvCache: 'kv-cache', events: 'events' } as const;
  for (const [port, part] of Object.entries(parts) as [keyof typeof parts, string][]) {
    const setting = `${port}Url` as const;
    if (spares.includes(setting) || uses?.includes(setting) === false) continue;
    health.require(part, () => ports[port].ping());
  }
}
