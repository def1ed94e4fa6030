import { PipelineSize } from '@storey/cache';
import { type CommentIds } from '@storey/comment';
import { type Clock } from '@storey/context';
import { patiently } from './patiently.js';

const CHUNK = { min: 200, max: 5000 };
/** Between two chunks others have their turn, of the database and of this process. */
const PAUSE_MS = 5;

export interface LoadOptions {
  readonly ids: Pick<CommentIds, 'tables' | 'of'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @returns false when no more are wanted. */
  readonly add: (id: bigint) => boolean;
}

/**
 * Reads the id of every comment, table by table and chunk by chunk, for as long as it takes.
 * @returns false when it was told to stop. @throws the signal's reason, and what is no outage.
 */
export async function loadIds({ ids, clock, signal, add }: LoadOptions): Promise<boolean> {
  const size = new PipelineSize({ clock, ...CHUNK });
  for (let table = 0; table < ids.tables; table += 1) {
    for (let after = 0n, more = true; more; await clock.sleep(PAUSE_MS, signal)) {
      const limit = size.current;
      const chunk = await size.time(limit, () => patiently(() => ids.of(table, after, limit), clock, signal));
      if (!chunk.every(add)) return false;
      after = chunk.at(-1) ?? after;
      more = chunk.length === limit;
    }
  }
  return true;
}
