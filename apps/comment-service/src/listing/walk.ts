import { type Position } from './positions.js';

/** One row of a walk and where the walk stands behind it. */
export interface Step {
  readonly id: bigint;
  readonly position: Position;
}

/**
 * The floors that a page stands for, both ends excluded: what has one of them and is not on the page was stored after
 * the list was read, or the list as served is older than it.
 */
export interface Covered {
  readonly above: bigint;
  /** Absent: however high. */
  readonly below?: bigint;
  /** These are met on another page, whatever their floor. */
  readonly but?: ReadonlySet<bigint>;
}

/** A page of a list: ids in their order, and how the list goes on. */
export interface Walked {
  readonly ids: readonly bigint[];
  /** Absent on the last page. */
  readonly next?: Position;
  readonly covers: Covered;
  /** The ranking was not to be had. */
  readonly unranked?: boolean;
}

/** Takes a page, and one row more to know whether there is another page. */
export async function takePage(
  steps: AsyncIterable<Step>,
  limit: number,
): Promise<{ readonly steps: readonly Step[]; readonly next?: Position }> {
  const taken: Step[] = [];
  for await (const step of steps) {
    const last = taken.at(-1);
    if (taken.length === limit && last) return { steps: taken, next: last.position };
    taken.push(step);
  }
  return { steps: taken };
}
