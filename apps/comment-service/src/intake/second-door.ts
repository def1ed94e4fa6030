import { COMMANDS_TOPIC, type CommentDb } from '@storey/comment';
import { type Clock } from '@storey/context';
import { type NewMessage } from '@storey/events';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { type Sql } from '@storey/sql';

/** Nobody waits for so long; who comes late has stored a twin at most. */
const TIMEOUT_MS = 2000;

/** Commands as rows of the outbox, from where the relay of comment-job brings them to the log. */
export class SecondDoor {
  constructor(
    private readonly sql: Sql<CommentDb>,
    private readonly clock: Clock,
  ) {}

  /** All or none. @throws AppError `unavailable`, `deadline_exceeded`, `outcome_unknown`. */
  async store(messages: readonly NewMessage[]): Promise<void> {
    const rows = messages.map((message) => ({ ...message, topic: COMMANDS_TOPIC }));
    const options = { notify: OUTBOX_TAG, timeoutMs: TIMEOUT_MS };
    await this.sql.transaction((tx) => enqueue(tx, rows, this.clock), options);
  }

  /** Whether some wait here for the log. @throws AppError `unavailable` */
  async holdsSome(): Promise<boolean> {
    const row = await this.sql.read
      .selectFrom('outbox')
      .select('id')
      .where('state', '=', 'ready')
      .where('topic', '=', COMMANDS_TOPIC)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}
