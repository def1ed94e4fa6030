import { AppError } from '@storey/errors';
import { type RedisConnection } from './redis-connection.js';
import { type RedisPlace } from './redis-url.js';

const OLDEST = 7;

/**
 * Asks every server what it is, by INFO, as CONFIG is forbidden at many providers.
 * @returns whether any of them evicts.
 * @throws AppError internal for one that is too old, or part of a cluster while the URL names a single server.
 */
export async function checkServers(
  connection: Pick<RedisConnection, 'everywhere'>,
  place: RedisPlace,
): Promise<boolean> {
  const servers = await connection.everywhere(async (server) => readInfo(await server.info()));
  for (const info of servers) {
    const version = info.get('redis_version') ?? '0';
    if (Number.parseInt(version, 10) < OLDEST) {
      throw unfit(place, `runs version ${version}; ${OLDEST}.0 or newer is needed`);
    }
    if (!place.cluster && info.get('cluster_enabled') === '1') {
      throw unfit(
        place,
        'is part of a cluster: let the key-value URL begin with redis+cluster:// or rediss+cluster://',
      );
    }
  }
  return servers.some((info) => info.get('maxmemory_policy') !== 'noeviction');
}

function readInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').map((line) => line.split(/:(.*)/s));
  return new Map(lines.map(([name = '', value = '']) => [name, value]));
}

const unfit = ({ name }: RedisPlace, problem: string): AppError =>
  new AppError({
    kind: 'internal',
    code: 'KV_SERVER_UNFIT',
    message: `The key-value store at ${name} ${problem}.`,
  });
