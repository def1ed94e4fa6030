import { randomBytes } from 'node:crypto';
import { loadConfig } from '@storey/config';
import { noFaults, runInContext, type Principal, type RequestContext } from '@storey/context';
import { account } from '@storey/contracts';
import { createLogger } from '@storey/observability';
import { type RpcClient } from '@storey/rpc';
import { openPlatform, platformConfig, type Platform, type RunningApp } from '@storey/service';
import { patient } from '@storey/testing';
import { config, start } from '../src/index.js';

export type Accounts = RpcClient<typeof account.AccountService>;

export interface Running extends AsyncDisposable {
  readonly platform: Platform;
  /** Calls go through the codec, as over a wire. */
  readonly accounts: Accounts;
  readonly announced: readonly string[];
}

/** account-service on embedded ports in `folder`, called by rpc. Closed at the end of the block. */
export async function running(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const shape = { ...platformConfig, ...config };
  const sqlUrl = `sqlite:${folder}/account.db?transactionMs=10000`;
  const settings = loadConfig(shape, {
    DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    SQL_ACCOUNT_URL: sqlUrl,
    ...env,
  });
  const logger = createLogger('silent');
  const platform = await openPlatform({ config: settings, folder, faultPoint: noFaults, logger });
  const announced: string[] = [];
  let app: RunningApp;
  try {
    app = await start(settings, platform, { announce: (text) => announced.push(text) });
  } catch (error) {
    await platform.ports.close();
    throw error;
  }
  const accounts = patient(
    platform.ports.rpc.client(account.AccountService, { target: 'account', from: 'test' }),
  );
  const close = async (): Promise<void> => {
    await app.close();
    await platform.ports.close();
  };
  return { platform, accounts, announced, [Symbol.asyncDispose]: close };
}

export const PASSWORD = 'correct horse';

export const register = (accounts: Accounts, username: string): Promise<account.SessionReply> =>
  accounts.register({ username, password: PASSWORD });

export const login = (
  accounts: Accounts,
  username: string,
  password = PASSWORD,
): Promise<account.SessionReply> => accounts.login({ username, password });

export const refresh = (
  accounts: Accounts,
  { refreshToken }: { readonly refreshToken: string },
): Promise<account.SessionReply> => accounts.refresh({ refreshToken });

/** Runs `call` on behalf of whoever holds this access token, as the gateway would have found out. */
export function as<T>({ accessToken }: { readonly accessToken: string }, call: () => Promise<T>): Promise<T> {
  return within({ principal: principalOf(accessToken) }, call);
}

export function within<T>(part: Partial<RequestContext>, call: () => Promise<T>): Promise<T> {
  return runInContext({ traceId: randomBytes(16).toString('hex'), priority: 'critical', ...part }, call);
}

export function principalOf(accessToken: string): Principal {
  const payload = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  return { userId: payload.sub, sessionId: payload.sid, roles: payload.roles, level: payload.level };
}

interface Claims extends Pick<Principal, 'roles' | 'level'> {
  readonly sub: string;
  readonly sid: string;
}
