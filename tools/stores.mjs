import { USER_EVENTS, accountMigrations } from '@storey/account';
import { commentMigrations, commentTopics } from '@storey/comment';
import { ConfigError, loadConfig } from '@storey/config';
import { isAppError } from '@storey/errors';
import { HISTORY_UPDATES, historyMigrations } from '@storey/history';
import { randomBytes } from 'node:crypto';
import { InternalTokens } from '@storey/auth';
import { noFaults, systemClock } from '@storey/context';
import { Metrics, createLogger } from '@storey/observability';
import { CACHE_CHANGES_TOPIC, StartError, lockDataDir, openPorts, platformConfig } from '@storey/service';

/** What the stores must have before apps start on servers: each domain's database and every topic. */
export const DATABASES = [
  { domain: 'account', setting: 'sqlAccountUrl', migrations: accountMigrations },
  { domain: 'comment', setting: 'sqlCommentUrl', migrations: commentMigrations },
  { domain: 'history', setting: 'sqlHistoryUrl', migrations: historyMigrations },
];
export const TOPICS = [USER_EVENTS, ...commentTopics, HISTORY_UPDATES, CACHE_CHANGES_TOPIC];

/** Embedded adapters make in their files what they need. */
export const isEmbedded = (url) => /^(sqlite|file|memory|inproc):/.test(url);

/** Runs `work` with the settings that apps read; what the operator can put right is told in a line. */
export async function withSettings(name, work) {
  try {
    await work(loadConfig(platformConfig, process.env));
  } catch (error) {
    if (!isForTheOperator(error)) throw error;
    console.error(`${name} failed. ${error.message}`);
    process.exitCode = 1;
  }
}

const isForTheOperator = (error) =>
  error instanceof ConfigError ||
  error instanceof StartError ||
  error instanceof Refusal ||
  isAppError(error);

/** What was asked for makes no sense; told in a line. */
export class Refusal extends Error {}

/**
 * Runs `work` with the ports that apps open, in a process that calls no other. What is embedded belongs to one process:
 * then the product must be stopped.
 * @param uses settings of the ports that are opened; databases and search open when asked for.
 */
export async function withPorts(name, uses, work) {
  await withSettings(name, async (config) => {
    const embedded = uses.some((setting) => isEmbedded(config[setting]));
    const dataDir = embedded ? lockDataDir(config.dataDir) : undefined;
    try {
      const ports = await openPorts({
        config,
        uses,
        folder: dataDir?.path ?? config.dataDir,
        tokens: new InternalTokens({ secret: randomBytes(32), clock: systemClock }),
        clock: systemClock,
        logger: createLogger('silent'),
        metrics: Metrics.create({ defaults: false }),
        faultPoint: noFaults,
        onDead: (error) => {
          throw error;
        },
      });
      try {
        await work(ports, config);
      } finally {
        await ports.close();
      }
    } finally {
      dataDir?.release();
    }
  });
}
