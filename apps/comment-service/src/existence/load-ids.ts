import { PipelineSize } from '@storey/cache';
import { type CommentIds } from '@storey/comment';
import { type Clock } from '@storey/context';
import { patiently } from '@storey/resilience';

const CHUNK = { min: 200, max: 1000 };
/** Between two chunks others have their turn, of the database and of this process. */
const PAUSE_MS = 20;

export interface LoadOptions {
  readonly ids: Pick<CommentIds, 'tables' | 'of'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @returns false when no more are wanted. */
  readonly add: (id: bigint) => boolean;
}

/**
 * Reads the id of every comment, table by table and chunk by chunk, for as long as it takes; all of them again when the
 * tables were dealt out anew meanwhile.
 * @returns false when it was told to stop. @throws the signal's reason, and what is no outage.
 */
export async function loadIds({ ids, clock, signal, add }: LoadOptions): Promise<boolean> {
  const size = new PipelineSize({ clock, ...CHUNK });
  const readAll = async (nth: number): Promise<boolean> => {
    for (let after = 0n, more = true; more; await clock.sleep(PAUSE_MS, signal)) {
      const limit = size.current;
      const chunk = await size.time(limit, () =>
        patiently(() => ids.of(nth, after, limit), { clock, signal }),
      );
      if (!chunk.every(add)) return false;
      after = chunk.at(-1) ?? after;
      more = chunk.length === limit;
    }
    return true;
  };
  for (let first = -1; first !== ids.tables.first;) {
    const { first: now, count } = ids.tables;
    for (let nth = 0; nth < count; nth += 1) if (!(await readAll(nth))) return false;
    first = now;
  }
  return true;
}
