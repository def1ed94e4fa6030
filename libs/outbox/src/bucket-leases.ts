import { sql, type Transaction, type UpdateObject } from 'kysely';
import { type Clock } from '@storey/context';
import { forUpdate, upsert, type Sql } from '@storey/sql';
import { BUCKETS } from './migrations.js';
import { type OutboxTables } from './tables.js';

export const LEASE_MS = 10_000;
const TIMEOUT_MS = 5000;

type Tx = Transaction<OutboxTables>;

interface Bucket {
  readonly bucket: number;
  readonly owner: string;
  readonly epoch: number;
  readonly lease_until: bigint;
}

/**
 * Which buckets this relay may send from. Clocks decide only who works; that nobody marks what is another's is
 * decided by the epoch, which rises with every claim and is compared in the transaction of the mark.
 */
export class BucketLeases {
  readonly #sql: Sql<OutboxTables>;
  readonly #owner: string;
  readonly #clock: Clock;
  #held = new Map<number, number>();
  #validUntil = 0;

  constructor(sql: Sql<OutboxTables>, owner: string, clock: Clock) {
    this.#sql = sql;
    this.#owner = owner;
    this.#clock = clock;
  }

  /** Buckets whose lease has not run out by the monotonic clock, so that a pause of the process is noticed. */
  get held(): readonly number[] {
    return this.#clock.monotonic() < this.#validUntil ? [...this.#held.keys()] : [];
  }

  /** Says that this relay lives, renews its buckets, gives back what is beyond its fair share and claims what is free. */
  async beat(): Promise<void> {
    const began = this.#clock.monotonic();
    this.#held = await this.#sql.transaction((tx) => this.#share(tx), { timeoutMs: TIMEOUT_MS });
    this.#validUntil = began + LEASE_MS;
  }

  /**
   * Runs `mark` in a transaction with those of `buckets` that are still this relay's; forgets the others. A mark that is
   * lost is made again, when its row was sent again.
   * @returns how many of them were lost.
   */
  async fenced(
    buckets: ReadonlySet<number>,
    mark: (tx: Tx, own: ReadonlySet<number>) => Promise<void>,
  ): Promise<number> {
    const own = await this.#sql.transaction(
      async (tx) => {
        const still = await this.#stillOwn(tx, buckets);
        await mark(tx, still);
        return still;
      },
      { timeoutMs: TIMEOUT_MS, durable: false },
    );
    const lost = [...buckets].filter((bucket) => !own.has(bucket));
    for (const bucket of lost) this.#held.delete(bucket);
    return lost.length;
  }

  /** Gives everything back at once, so that others need not wait for the leases to run out. */
  async release(): Promise<void> {
    this.#held.clear();
    await this.#sql.transaction(
      async (tx) => {
        const free = { owner: '', lease_until: 0 };
        await tx.updateTable('outbox_bucket').set(free).where('owner', '=', this.#owner).execute();
        await tx.deleteFrom('outbox_relay').where('owner', '=', this.#owner).execute();
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  async #stillOwn(tx: Tx, buckets: ReadonlySet<number>): Promise<Set<number>> {
    const query = tx.selectFrom('outbox_bucket').select(['bucket', 'epoch']).where('owner', '=', this.#owner);
    const rows = await forUpdate(query.where('bucket', 'in', [...buckets])).execute();
    return new Set(
      rows.filter(({ bucket, epoch }) => this.#held.get(bucket) === epoch).map((row) => row.bucket),
    );
  }

  /** The buckets are locked first, here and in `release`: beats come one after the other and can't deadlock. */
  async #share(tx: Tx): Promise<Map<number, number>> {
    const now = this.#clock.now();
    const buckets: Bucket[] = await forUpdate(
      tx.selectFrom('outbox_bucket').selectAll().orderBy('bucket'),
    ).execute();
    const fair = Math.ceil(BUCKETS / (await this.#register(tx, now)));
    const mine = buckets.filter(({ owner }) => owner === this.#owner);
    const free = buckets.filter((bucket) => bucket.owner !== this.#owner && isFree(bucket, now));
    const kept = mine.slice(0, fair);
    const claimed = free
      .slice(0, Math.max(0, fair - kept.length))
      .map(({ bucket, epoch }) => ({ bucket, epoch: epoch + 1 }));
    const lease = { owner: this.#owner, lease_until: now + LEASE_MS };
    await set(tx, mine.slice(fair), { owner: '', lease_until: 0 });
    await set(tx, kept, lease);
    await set(tx, claimed, { ...lease, epoch: sql<number>`epoch + 1` });
    return new Map([...kept, ...claimed].map(({ bucket, epoch }) => [bucket, epoch]));
  }

  /** @returns how many relays live, this one included. */
  async #register(tx: Tx, now: number): Promise<number> {
    const row = { owner: this.#owner, alive_until: now + LEASE_MS };
    await upsert(tx, 'outbox_relay', row, { key: ['owner'], set: ['alive_until'] });
    await tx.deleteFrom('outbox_relay').where('alive_until', '<=', BigInt(now)).execute();
    const relays = await tx.selectFrom('outbox_relay').select('owner').execute();
    return relays.length;
  }
}

/** Over, or longer than any lease can be: then the clock was set back since. */
function isFree({ lease_until }: Bucket, now: number): boolean {
  return lease_until <= now || lease_until > now + 2 * LEASE_MS;
}

/** One statement for all of them: they are many, and beats are for ever. */
async function set(
  tx: Tx,
  buckets: readonly Pick<Bucket, 'bucket'>[],
  values: UpdateObject<OutboxTables, 'outbox_bucket'>,
): Promise<void> {
  if (buckets.length === 0) return;
  const numbers = buckets.map(({ bucket }) => bucket);
  await tx.updateTable('outbox_bucket').set(values).where('bucket', 'in', numbers).execute();
}
