import { type Clock, type Random } from '@storey/context';
import { COST, SALT_BYTES, argon2id, fromPhc, sameBytes, toPhc } from './argon2.js';
import { HashingQueue } from './hashing-queue.js';

/** Makes and checks password hashes, a few at a time. */
export class Passwords {
  readonly #queue: HashingQueue;
  readonly #random: Random;
  readonly #derive: typeof argon2id;

  /** @param derive argon2id, but for tests that count. */
  constructor(clock: Clock, random: Random, derive = argon2id) {
    this.#queue = new HashingQueue(clock);
    this.#random = random;
    this.#derive = derive;
  }

  /** @returns what is stored. @throws AppError `unavailable` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = this.#random.bytes(SALT_BYTES);
    const hash = await this.#queue.run(() => this.#derive(password, salt, COST));
    return toPhc({ cost: COST, salt, hash });
  }

  /** Costs the same when nothing is stored: how long it takes does not tell who exists. */
  async verify(password: string, stored: string | null | undefined): Promise<boolean> {
    if (typeof stored !== 'string') {
      await this.hash(password);
      return false;
    }
    const { cost, salt, hash } = fromPhc(stored);
    return sameBytes(await this.#queue.run(() => this.#derive(password, salt, cost)), hash);
  }
}
