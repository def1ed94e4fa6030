import { COMMANDS_TOPIC, REMEMBERS_KEY, WAITED_FOR_KEY, WRITER_GROUP } from '@storey/comment';
import { type EventLog } from '@storey/events';
import { type Kv } from '@storey/kv';
import { type SecondDoor } from './second-door.js';

const YES = Uint8Array.of(1);
/** The writer is far behind, or the log was made anew, when it takes longer: then it is waited for once more. */
const BARRIER_MS = 10 * 60_000;

/**
 * Whether what kv does not know never was. A store that was lost has lost this mark too; then the database knows what the
 * writer has applied, and nobody knows what still waits in the log, or for it. So whoever notices first writes down how
 * far the log goes as soon as nothing waits for it, and the mark is set anew when the writer has come that far: what came
 * later is remembered already.
 */
export class KvMemory {
  constructor(
    private readonly kv: Kv,
    private readonly events: Pick<EventLog, 'endOffsets' | 'committed'>,
    private readonly second: Pick<SecondDoor, 'holdsSome'>,
  ) {}

  /** Ask before looking into the database: what was applied until then is found there. */
  async isWhole(): Promise<boolean> {
    if (await this.kv.get(REMEMBERS_KEY)) return true;
    const barrier = await this.#barrier();
    if (!barrier) return false;
    const committed = await this.events.committed(COMMANDS_TOPIC, WRITER_GROUP);
    if (barrier.some((end, partition) => (committed[partition] ?? 0n) < end)) return false;
    await this.kv.set(REMEMBERS_KEY, YES, {});
    return true;
  }

  async #barrier(): Promise<readonly bigint[] | undefined> {
    const known = await this.kv.get(WAITED_FOR_KEY);
    if (known) return decode(known);
    if (await this.second.holdsSome()) return undefined;
    const mine = encode(await this.events.endOffsets(COMMANDS_TOPIC));
    return decode((await this.kv.setIfAbsent(WAITED_FOR_KEY, mine, { ttlMs: BARRIER_MS })) ?? mine);
  }
}

const encode = (ends: readonly bigint[]): Uint8Array => Buffer.from(ends.join());
const decode = (bytes: Uint8Array): readonly bigint[] => Buffer.from(bytes).toString().split(',').map(BigInt);
