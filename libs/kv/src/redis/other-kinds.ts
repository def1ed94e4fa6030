import { AppError } from '@storey/errors';
import { misuse } from '../limits.js';
import { type RedisConnection } from './redis-connection.js';
import { saysWrongKind } from './redis-errors.js';
import { END_LEASES } from './scripts/end-leases.js';

/**
 * What it means that a key holds something of another kind than a verb works on: a defect of the caller, or a lease,
 * which is text where a hash or a sorted set is not yet. A verb that meets the wrong kind has done nothing.
 */
export class OtherKinds {
  constructor(private readonly connection: RedisConnection) {}

  /** For verbs on values: a lease is none of another kind. */
  async none<T>(keys: string, verb: () => Promise<T>): Promise<T> {
    try {
      return await verb();
    } catch (error) {
      if (isWrongKind(error)) throw wrongKind(keys, error);
      throw error;
    }
  }

  /** A hash or set in whose place a lease lies is not there. */
  async read(key: string, absent: unknown, verb: () => Promise<unknown>): Promise<unknown> {
    try {
      return await verb();
    } catch (error) {
      if (!isWrongKind(error)) throw error;
      const letter = this.connection.send('GETRANGE', [this.connection.key(key), 0, 0]);
      if (String(await this.none(key, () => letter)) === 'L') return absent;
      throw wrongKind(key, error);
    }
  }

  /** A hash or set takes the place of a lease. */
  async write(keys: readonly string[], verb: () => Promise<unknown>): Promise<unknown> {
    try {
      return await verb();
    } catch (error) {
      if (!isWrongKind(error)) throw error;
      const ended = await this.connection.run(END_LEASES, keys, []);
      if (ended === 0) throw wrongKind(keys.join(' '), error);
      return this.none(keys.join(' '), verb);
    }
  }
}

const isWrongKind = (error: unknown): boolean => error instanceof AppError && saysWrongKind(error.cause);

const wrongKind = (keys: string, cause: unknown): AppError =>
  misuse(`A key holds something of another kind: ${keys}.`, cause);
