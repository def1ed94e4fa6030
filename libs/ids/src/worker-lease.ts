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
 * The worker to take: one that was never leased, or whose lease has been over for one more lease, so that clocks of two
 * machines may differ by that much; else one that `owner` itself left behind, for a process that dies in a loop
 * must not use all of them up. Its marks leave room for ids of this time in either case: that alone makes twins impossible.
 */
export function freeWorker(
  leases: readonly WorkerLease[],
  { now, leaseMs, owner }: { readonly now: number; readonly leaseMs: number; readonly owner: string },
): WorkerLease | undefined {
  const known = new Map(leases.map((lease) => [lease.worker, lease]));
  const all = Array.from({ length: WORKERS }, (_, worker) => known.get(worker) ?? unused(worker));
  const usable = all.filter(({ epoch, marks }) => epoch === 0 || marks.some((mark) => mark < now - EPOCH_MS));
  return (
    usable.find(({ epoch, leaseUntil }) => epoch === 0 || leaseUntil + leaseMs <= now) ??
    usable.find((lease) => lease.owner === owner)
  );
}

const unused = (worker: number): WorkerLease => ({
  worker,
  owner: '',
  epoch: 0,
  leaseUntil: 0,
  marks: NO_MARKS,
});
