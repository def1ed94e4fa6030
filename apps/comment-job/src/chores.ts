import { type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { type Logger } from '@storey/observability';
import { DEFAULT_RETENTION, cutOld } from '@storey/outbox';
import { type Sql } from '@storey/sql';

const EVERY_MS = 60 * 60 * 1000;

export interface ChoreOptions {
  readonly sql: Sql<CommentDb>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Cuts sent, applied and answered rows that are old, once an hour. @returns ends it, after a run that is on its way. */
export function startCutting({ sql, clock, logger }: ChoreOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let cancel = plan();
  return async () => {
    cancel();
    await running;
    cancel();
  };

  function plan(): () => void {
    return clock.after(EVERY_MS, () => void (running = cut()));
  }

  async function cut(): Promise<void> {
    try {
      await cutOld(sql, DEFAULT_RETENTION, clock);
    } catch (error) {
      logger.error('old rows were not cut', error);
    }
    cancel = plan();
  }
}
