import { type Position } from './positions.js';

/** One row of a walk and where the walk stands behind it. */
export interface Step {
  readonly id: bigint;
  readonly position: Position;
}

/** A page of a list: ids in their order, and how the list goes on. */
export interface Walked {
  readonly ids: readonly bigint[];
  /** Absent on the last page. */
  readonly next?: Position;
  /**
   * What was stored later than this page was read stands beyond this floor: above the first page of a falling walk,
   * behind the last of a rising one.
   */
  readonly edge: bigint;
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
