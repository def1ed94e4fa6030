import { loadConfig } from '@storey/config';
import { type FaultPoint, noFaults } from '@storey/context';
import { type CommentDb, commentMigrations } from '@storey/comment';
import { createLogger } from '@storey/observability';
import { openPlatform, platformConfig, type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { config, start } from '../src/index.js';

export interface Running extends AsyncDisposable {
  readonly platform: Platform;
  readonly sql: Sql<CommentDb>;
}

const shape = { ...platformConfig, ...config };
type Env = Readonly<Record<string, string>>;

export const settingsIn = (folder: string, env: Env = {}) =>
  loadConfig(shape, { DATA_DIR: folder, LOG_LEVEL: 'silent', ...env });

/** The embedded ports of one process in `folder`, closed at the end of the block. */
export async function ports(
  folder: string,
  faultPoint: FaultPoint = noFaults,
  env: Env = {},
): Promise<Running> {
  const logger = createLogger('silent');
  const platform = await openPlatform({ config: settingsIn(folder, env), folder, faultPoint, logger });
  const sql = await platform.ports.sql<CommentDb>('comment', commentMigrations);
  return { platform, sql, [Symbol.asyncDispose]: () => platform.ports.close() };
}

/** comment-job on them. */
export async function running(
  folder: string,
  faultPoint: FaultPoint = noFaults,
  env: Env = {},
): Promise<Running> {
  const opened = await ports(folder, faultPoint, env);
  const app = await start(settingsIn(folder, env), opened.platform);
  const close = async (): Promise<void> => {
    await app.close();
    await opened[Symbol.asyncDispose]();
  };
  return { ...opened, [Symbol.asyncDispose]: close };
}
