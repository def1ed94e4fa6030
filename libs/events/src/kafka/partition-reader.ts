import { MAX_READ_BYTES, MAX_READ_MESSAGES, sizeOf } from '../limits.js';
import { type Message } from '../event-log.js';
import { fetchFrom, offsetsOf, type Fetching } from './fetcher.js';
import { isRefusal } from './refusals.js';

const CUT: ReadonlySet<string> = new Set(['OFFSET_OUT_OF_RANGE']);

/** Reads what is stored, as `EventLog.read` promises. */
export async function readPartition(
  fetching: Fetching,
  partition: number,
  from: bigint,
  limit: number,
): Promise<readonly Message[]> {
  const page = new Page(Math.min(limit, MAX_READ_MESSAGES));
  for (let next = from; !page.full;) {
    const [found] = await fetchFrom(fetching, { from: [{ partition, offset: next }], waitMs: 0 }).catch(
      async (error: unknown) => {
        if (!isRefusal(error, CUT)) throw error;
        return [];
      },
    );
    if (!found) {
      const [first] = await offsetsOf(fetching.link, fetching.wire, [partition]);
      const kept = first.get(partition) ?? 0n;
      if (kept <= next) break; // asked for what is not there yet
      next = kept;
      continue;
    }
    found.messages.forEach((message) => page.add(message));
    if (found.next === next || found.next >= found.end) break;
    next = found.next;
  }
  return page.messages;
}

class Page {
  readonly messages: Message[] = [];
  readonly #limit: number;
  #bytes = 0;
  #full: boolean;

  constructor(limit: number) {
    this.#limit = limit;
    this.#full = limit <= 0;
  }

  get full(): boolean {
    return this.#full;
  }

  add(message: Message): void {
    if (this.#full) return;
    const bytes = this.#bytes + sizeOf(message);
    if (this.messages.length > 0 && bytes > MAX_READ_BYTES) return void (this.#full = true);
    this.messages.push(message);
    this.#bytes = bytes;
    this.#full = this.messages.length >= this.#limit;
  }
}
