import { type Clock } from '@storey/context';
import { unavailable } from '@storey/errors';
import { IdGenerator } from './id-generator.js';
import { Ids } from './ids.js';
import { freeWorker, type WorkerLease, type WorkerLeaseStore } from './worker-lease.js';

const LEASE_MS = 600_000;
const RENEWALS_PER_LEASE = 10;
/** Others may take the same free worker at the same time; each try sees who won. */
const MAX_TRIES = 16;

export interface LeaseOptions {
  readonly clock: Clock;
  /** Names this process in the table; the same after a restart, so that it finds what it left behind. */
  readonly owner: string;
  /** How long ids go on when the store is gone. Default ten minutes. */
  readonly leaseMs?: number;
  /** Told of each renewal that failed; the next comes a tenth of a lease later. */
  readonly onError: (error: unknown) => void;
}

interface Held {
  readonly lease: WorkerLease;
  readonly generator: IdGenerator;
}

/**
 * Ids of a leased worker. Which stamps may be used is written down before they are, a lease ahead: whoever gets the
 * worker next begins beyond them, so even a process that slept through its lease makes no twin. When the store is
 * gone, ids go on until the lease is over and are then refused with `unavailable`.
 */
export class LeasedIds extends Ids {
  readonly #store: WorkerLeaseStore;
  readonly #options: Required<LeaseOptions>;
  #held: Held;
  #stop: () => void = () => undefined;
  #renewing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(store: WorkerLeaseStore, options: Required<LeaseOptions>, held: Held) {
    super();
    this.#store = store;
    this.#options = options;
    this.#held = held;
    this.#schedule();
  }

  /** @throws AppError `unavailable` when all 256 workers are taken. */
  static async open(store: WorkerLeaseStore, options: LeaseOptions): Promise<LeasedIds> {
    const full = { leaseMs: LEASE_MS, ...options };
    return new LeasedIds(store, full, await acquire(store, full));
  }

  get worker(): number {
    return this.#held.lease.worker;
  }

  override next(shard: number): bigint {
    if (this.#closed) throw unavailable('The worker of these ids was given back.');
    return this.#held.generator.next(shard);
  }

  /** Gives the worker back with exactly what was used. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop();
    await this.#renewing;
    const { lease, generator } = this.#held;
    const leaseUntil = this.#options.clock.now();
    await this.#store.write({ ...lease, epoch: lease.epoch + 1, leaseUntil, marks: generator.marks });
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#stop = this.#options.clock.after(this.#options.leaseMs / RENEWALS_PER_LEASE, () => {
      this.#renewing = this.#renew()
        .catch(this.#options.onError)
        .finally(() => this.#schedule());
    });
  }

  async #renew(): Promise<void> {
    const { lease, generator } = this.#held;
    const renewed = await extend(this.#store, this.#options, lease, generator);
    this.#held = renewed ?? (await acquire(this.#store, this.#options));
  }
}

async function acquire(store: WorkerLeaseStore, options: Required<LeaseOptions>): Promise<Held> {
  const { clock, leaseMs, owner } = options;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const lease = freeWorker(await store.read(), { now: clock.now(), leaseMs, owner });
    if (!lease) break;
    const { worker, marks } = lease;
    const held = await extend(
      store,
      options,
      lease,
      new IdGenerator({ worker, clock, marks, granted: marks }),
    );
    if (held) return held;
  }
  throw unavailable('No worker number for ids is free.');
}

/** Writes a longer lease and allows what it covers. @returns undefined when somebody else has the worker. */
async function extend(
  store: WorkerLeaseStore,
  { clock, owner, leaseMs }: Required<LeaseOptions>,
  lease: WorkerLease,
  generator: IdGenerator,
): Promise<Held | undefined> {
  const marks = generator.proposal(leaseMs);
  const next = { ...lease, owner, epoch: lease.epoch + 1, leaseUntil: clock.now() + leaseMs, marks };
  if (!(await store.write(next))) return undefined;
  generator.grant(marks);
  return { lease: next, generator };
}
