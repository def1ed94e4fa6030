import { USER_EVENTS, accountMigrations } from '@storey/account';
import { commentMigrations, commentTopics } from '@storey/comment';
import { ConfigError, loadConfig } from '@storey/config';
import { isAppError } from '@storey/errors';
import { HISTORY_UPDATES, historyMigrations } from '@storey/history';
import { CACHE_CHANGES_TOPIC, platformConfig } from '@storey/service';

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
    if (!(error instanceof ConfigError) && !isAppError(error)) throw error;
    console.error(`${name} failed. ${error.message}`);
    process.exitCode = 1;
  }
}
