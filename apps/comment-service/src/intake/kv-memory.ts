import { COMMANDS_TOPIC, REMEMBERS_KEY, WRITER_GROUP } from '@storey/comment';
import { type EventLog } from '@storey/events';
import { type Kv } from '@storey/kv';

const YES = Uint8Array.of(1);

/**
 * Whether what kv does not know never was. A store that was lost has lost this mark too; then the database knows what the
 * writer has applied, and nobody knows what still waits in the log. So the mark is set anew when nothing waits there.
 */
export class KvMemory {
  constructor(
    private readonly kv: Kv,
    private readonly events: Pick<EventLog, 'lag'>,
  ) {}

  /** Ask before looking into the database: what was applied until then is found there. */
  async isWhole(): Promise<boolean> {
    if (await this.kv.get(REMEMBERS_KEY)) return true;
    if ((await this.events.lag(COMMANDS_TOPIC, WRITER_GROUP)) > 0) return false;
    await this.kv.set(REMEMBERS_KEY, YES, {});
    return true;
  }
}
