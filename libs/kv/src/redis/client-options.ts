import { readFile } from 'node:fs/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Random } from '@storey/context';
import { AppError } from '@storey/errors';
import { saysReadOnly } from './redis-errors.js';
import { type RedisPlace } from './redis-url.js';

export type Client = Redis | Cluster;

/** Commands are unanswered no longer than this, or the connection is given up. A ping sees to it that there is one. */
export const SILENCE_MS = 700;

/** Not connected yet: `connect` is for the caller, who listens to errors first. */
export async function createClient(place: RedisPlace, random: Random): Promise<Client> {
  const options = connectionOptions(place, await secretsOf(place), random);
  if (!place.cluster) return new Redis({ ...place.nodes[0], ...options, db: place.db });
  return new Cluster([...place.nodes], {
    lazyConnect: true,
    // Else verbs of an outage wait in memory, without end (redis/ioredis#76, #1604).
    enableOfflineQueue: false,
    clusterRetryStrategy: options.retryStrategy ?? null,
    // A node that comes back is used again at once; one that stays away leaves, and at last the URL is asked again.
    clusterNodeRetryStrategy: (times) => (times > 10 ? null : backoff(times, random)),
    slotsRefreshInterval: 2000,
    slotsRefreshTimeout: 1000,
    maxRedirections: 4,
    // Else what was sent before a connection broke is sent once more, and counts twice.
    retryDelayOnFailover: 0,
    // Refused at once, as by a single server that is down.
    retryDelayOnClusterDown: 0,
    // A certificate is issued for a name, so the name must not be replaced by an address.
    ...(place.tls && { dnsLookup: (host, done) => done(null, host) }),
    redisOptions: options,
  });
}

interface Secrets {
  readonly password: string | undefined;
  readonly ca: string | undefined;
}

/** Every default that would let a verb wait, be sent twice, or talk to a dead or demoted server is set otherwise. */
function connectionOptions({ username, tls }: RedisPlace, { password, ca }: Secrets, random: Random) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // In-flight verbs fail with their connection, and are never sent again.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => backoff(times, random),
    // After a failover the old server answers, and refuses to write: the name leads to the new one.
    reconnectOnError: (error: Error) => (saysReadOnly(error) ? 1 : false),
    connectTimeout: 1000,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: 200,
    maxLoadingRetryTime: 250,
    keepAlive: 10_000,
    noDelay: true,
    // Nothing of RESP3 is used, and every proxy understands RESP2.
    protocol: 2,
    disableClientInfo: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: ca === undefined ? {} : { ca } }),
  } satisfies RedisOptions;
}

/** 25 ms at first, half a second at most, so that a server that is back is found within a second. */
function backoff(times: number, random: Random): number {
  return Math.min(25 * 2 ** Math.min(times, 5), 400) + random.int(0, 100);
}

async function secretsOf({ passwordFile, password, caFile }: RedisPlace): Promise<Secrets> {
  return {
    password: passwordFile === undefined ? password : (await read(passwordFile, 'passwordFile')).trimEnd(),
    ca: caFile === undefined ? undefined : await read(caFile, 'ca'),
  };
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError({
      kind: 'internal',
      code: 'KV_URL_INVALID',
      message: `The key-value URL: ${setting} names a file that cannot be read: ${path}.`,
      cause,
    });
  }
}
