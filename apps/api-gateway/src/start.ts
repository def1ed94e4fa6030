import { type Server } from 'node:http';
import { AccessTokenVerifier } from '@storey/auth';
import { type ConfigOf } from '@storey/config';
import { account } from '@storey/contracts';
import { unavailable } from '@storey/errors';
import { listen, type Platform, type PlatformConfig, type RunningApp } from '@storey/service';
import { type config } from './config.js';
import { Cohorts } from './edge/cohorts.js';
import { Cors } from './edge/cors.js';
import { Edge } from './edge/edge.js';
import { MachinePaths } from './edge/machine-paths.js';
import { createEdgeServer } from './edge/server.js';
import { Identity } from './identity/identity.js';
import { KeySet } from './identity/key-set.js';
import { Revocations, type Revocation } from './identity/revocations.js';

export interface RunningGateway extends RunningApp {
  readonly port: number;
}

export async function start(
  settings: ConfigOf<typeof config> & PlatformConfig,
  platform: Platform,
): Promise<RunningGateway> {
  const { ports, clock } = platform;
  const logger = platform.logger.child({ app: 'api-gateway' });
  const metrics = platform.metrics.forApp('api-gateway');
  const accounts = ports.rpc.client(account.AccountService, { target: 'account', from: 'api-gateway' });
  const keys = new KeySet(async () => (await accounts.listKeys({})).jwksJson);
  const loadAll = async () => (await accounts.listRevocations({})).revocations.map(toRevocation);
  const revocations = new Revocations(ports.kvState, loadAll, clock, logger);
  revocations.start();
  const verifier = new AccessTokenVerifier({ jwks: () => keys.keys, refresh: () => keys.refresh(), clock });
  requireParts(platform, keys, revocations);

  const cohorts = new Cohorts();
  metrics.counted(
    'storey_edge_cohorts_total',
    'Writes, and the groups in which they set out',
    'what',
    () => ({
      ...cohorts.counts,
    }),
  );
  const identity = new Identity(verifier, revocations);
  const edge = new Edge({
    identity,
    machine: new MachinePaths(platform, settings.metricsToken),
    cohorts,
    cors: new Cors(settings.corsOrigins),
    realIp: settings.realIp,
    platform: { ports, tokens: platform.tokens, logger, metrics },
  });
  const server = createEdgeServer((request, response) => {
    edge.handle(request, response).catch((error: unknown) => {
      logger.error('an answer could not be given', error);
      response.destroy();
    });
  });
  const port = await listen(server, settings);
  return { port, close: () => close(server, revocations) };
}

function requireParts({ health, ports }: Platform, keys: KeySet, revocations: Revocations): void {
  health.require('signing-keys', async () => {
    if (keys.keys.size === 0) await keys.refresh();
  });
  health.require('revocations', async () => {
    if (!revocations.loaded) throw unavailable('not loaded yet');
  });
  for (const bff of ['web-bff', 'app-bff', 'admin-bff'] as const)
    health.require(bff, () => ports.upstream(bff).ping());
}

function toRevocation({ target, atMs }: account.ListRevocationsReply_Revocation): Revocation {
  const id = String(target.value);
  return target.case === 'sessionId'
    ? { sessionId: id, atMs: Number(atMs) }
    : { userId: id, atMs: Number(atMs) };
}

/** Refuses new connections, lets answers end, cuts what still streams. */
async function close(server: Server, revocations: Revocations): Promise<void> {
  revocations.stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 1_500);
  await closed;
  clearTimeout(cut);
}
