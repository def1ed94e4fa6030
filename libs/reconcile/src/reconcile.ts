import { type Clock } from '@storey/context';
import { type Comparison, type Difference } from './comparison.js';

/** What was written before that is in every cache and index by now: a difference that stays is one. */
const SETTLED_MS = 2000;
/** Differences of one comparison that are kept and mended at once; more are for the next run. */
const MAX_KEPT = 1000;

export interface Outcome {
  readonly name: string;
  /** Those that were there twice, 2 s apart; after a repair those that are left. */
  readonly differences: readonly Difference[];
  /** There may be more than were looked at. */
  readonly more: boolean;
  /** How many a repair has made go away. */
  readonly repaired: number;
}

export interface ReconcileOptions {
  readonly clock: Clock;
  readonly repair: boolean;
  /** Told after each comparison, in their order. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Runs the comparisons one after the other, on a product that may be running: only what differs twice, 2 s apart, is
 * told. @returns how many differences are left.
 */
export async function reconcile(
  comparisons: readonly Comparison[],
  { clock, repair, onOutcome }: ReconcileOptions,
): Promise<number> {
  let left = 0;
  for (const comparison of comparisons) {
    const outcome = await compare(comparison, clock, repair);
    left += outcome.differences.length;
    onOutcome(outcome);
  }
  return left;
}

async function compare(comparison: Comparison, clock: Clock, repair: boolean): Promise<Outcome> {
  const { name } = comparison;
  const found = await settled(comparison, clock);
  const more = found.length === MAX_KEPT;
  if (!repair || !comparison.repair || found.length === 0)
    return { name, differences: found, more, repaired: 0 };
  await comparison.repair(found);
  const left = keysOf(await settled(comparison, clock));
  const differences = found.filter((difference) => left.has(keyOf(difference)));
  return { name, differences, more, repaired: found.length - differences.length };
}

async function settled(comparison: Comparison, clock: Clock): Promise<readonly Difference[]> {
  const first = await gather(comparison);
  if (first.length === 0) return [];
  await clock.sleep(SETTLED_MS);
  const again = keysOf(await gather(comparison));
  return first.filter((difference) => again.has(keyOf(difference)));
}

async function gather(comparison: Comparison): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for await (const difference of comparison.find()) {
    found.push(difference);
    if (found.length === MAX_KEPT) break;
  }
  return found;
}

const keyOf = ({ kind, id }: Difference): string => `${kind} ${id}`;
const keysOf = (differences: readonly Difference[]): ReadonlySet<string> => new Set(differences.map(keyOf));
