import { type Clock, type Random } from '@storey/context';
import { type Ids } from '@storey/ids';

/** Where a use case takes time, randomness and ids from. */
export class Sources {
  constructor(
    readonly clock: Clock,
    readonly random: Random,
    readonly ids: Ids,
  ) {}

  /** Ms since 1970, as columns hold them. */
  now(): bigint {
    return BigInt(this.clock.now());
  }

  /** Spread over all shards: other tables are dealt out by it. */
  newUserId(): bigint {
    return this.ids.next(this.random.int(0, 63));
  }

  newSessionId(): bigint {
    return this.ids.next(this.random.int(0, 63));
  }

  /** 62 bits that nobody guesses, unlike an id. */
  newSecretId(): bigint {
    return Buffer.from(this.random.bytes(8)).readBigUInt64BE() >> 2n || 1n;
  }

  newTipId(): bigint {
    return this.ids.next(this.random.int(0, 63));
  }
}
