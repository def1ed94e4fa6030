import { EPOCH_MS, WORKERS } from './layout.js';
import { NO_MARKS, type Marks } from './id-generator.js';

/** What is written down of one worker number. */
export interface WorkerLease {
  readonly worker: number;
  /** Who holds it, for people who look at the table. */
  readonly owner: string;
  /** Rises by one with every write. */
  readonly epoch: number;
  /** Wall clock, ms since 1970. */
  readonly leaseUntil: number;
  /** Stamps that may have been used, by turn. */
  readonly marks: Marks;
}

/** Where the leases lie: durable, and shared by all that make ids for the same tables. */
export interface WorkerLeaseStore {
  /** All that were ever written, at most 256. */
  read(): Promise<readonly WorkerLease[]>;
  /** Writes `lease` if the stored epoch is one below its own (epoch 1: if there is none). @returns whether it did */
  write(lease: WorkerLease): Promise<boolean>;
}

/**
 * The first worker that may be taken: never leased, or its lease has been over for one more lease, so that
 * clocks of two machines may differ by that much; and its marks leave room for ids of this time.
 */
export function freeWorker(
  leases: readonly WorkerLease[],
  now: number,
  leaseMs: number,
): WorkerLease | undefined {
  const known = new Map(leases.map((lease) => [lease.worker, lease]));
  for (let worker = 0; worker < WORKERS; worker += 1) {
    const lease = known.get(worker);
    if (!lease) return { worker, owner: '', epoch: 0, leaseUntil: 0, marks: NO_MARKS };
    const rested = lease.leaseUntil + leaseMs <= now;
    if (rested && lease.marks.some((mark) => mark < now - EPOCH_MS)) return lease;
  }
  return undefined;
}
