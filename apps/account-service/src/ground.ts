import { hostname } from 'node:os';
import { USER_EVENTS, accountMigrations, type AccountDb } from '@storey/account';
import { type ConfigOf } from '@storey/config';
import { type Kv } from '@storey/kv';
import { comment, history } from '@storey/contracts';
import { LeasedIds } from '@storey/ids';
import { type Logger } from '@storey/observability';
import { SqlWorkerLeaseStore } from '@storey/outbox';
import { type RpcClient } from '@storey/rpc';
import { type Platform, type PlatformConfig } from '@storey/service';
import { type config } from './config.js';
import { AttemptLimits } from './limits/attempt-limits.js';
import { Passwords } from './passwords/passwords.js';
import { Sources } from './sources.js';
import { Store } from './store.js';

export type Settings = ConfigOf<typeof config> & PlatformConfig;

/** What the app stands on, made before Nest is. */
export interface Ground {
  readonly store: Store;
  readonly sources: Sources;
  readonly passwords: Passwords;
  readonly limits: AttemptLimits;
  readonly kv: Kv;
  readonly comments: RpcClient<typeof comment.CommentService>;
  readonly histories: RpcClient<typeof history.HistoryService>;
  /** Gives back what was taken for this app alone. */
  release(): Promise<void>;
}

export async function openGround(settings: Settings, platform: Platform, logger: Logger): Promise<Ground> {
  const { ports, clock, random, health } = platform;
  const sql = await ports.sql<AccountDb>('account', accountMigrations);
  await ports.events.createTopics([USER_EVENTS]);
  const ids = await LeasedIds.open(SqlWorkerLeaseStore.over(sql), {
    clock,
    owner: `account-service/${hostname()}`,
    onError: (error) => logger.error('the worker number of ids was not renewed', error),
  });
  const notRequired = health.require('account-db', () => sql.ping());
  return {
    store: new Store(sql),
    sources: new Sources(clock, random, ids),
    passwords: new Passwords(clock, random),
    limits: new AttemptLimits(ports.kvState, { on: settings.limits === 'on' }),
    kv: ports.kvState,
    comments: ports.rpc.client(comment.CommentService, { target: 'comment', from: 'account-service' }),
    histories: ports.rpc.client(history.HistoryService, { target: 'history', from: 'account-service' }),
    release: async () => {
      notRequired();
      await ids.close();
    },
  };
}
