import { type Kv } from '../kv.js';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
import { RedisKv } from './redis-kv.js';
import { parseRedisUrl } from './redis-url.js';
import { checkServers } from './server-check.js';

export async function openRedis(url: string, options: RedisConnectionOptions): Promise<Kv> {
  const place = parseRedisUrl(url);
  const connection = await RedisConnection.open(place, options);
  try {
    return new RedisKv(connection, await checkServers(connection, place), options.random);
  } catch (error) {
    await connection.close();
    throw error;
  }
}
