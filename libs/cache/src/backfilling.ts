import { runDetached } from '@storey/context';
import { type Backfill, type CacheId } from './definition.js';
import { Flags } from './flags.js';
import { MAX_LOAD, type Scope } from './scope.js';

/** An id that was sent is not sent again for so long: by then it is there, or the message was lost. */
const FLAG_MS = 1000;
const MAX_FLAGS = 10_000;
/** Ids that wait to be sent, and messages on their way. Beyond, misses are not told: the next reader's will be. */
const MAX_PENDING = 1000;
const MAX_SENDING = 4;

type Teller = Pick<Scope<CacheId, unknown>, 'around' | 'counts' | 'failed'>;

/** Tells of what was missed, in few messages and little memory however many misses there are. */
export class Backfilling<Id extends CacheId> {
  readonly #scope: Teller;
  readonly #backfill: Backfill<Id>;
  readonly #flags: Flags<Id>;
  #pending: Id[] = [];
  #sending = 0;
  #scheduled = false;

  constructor(scope: Teller, backfill: Backfill<Id>) {
    this.#scope = scope;
    this.#backfill = backfill;
    this.#flags = new Flags(scope.around.clock, { lifeMs: FLAG_MS, most: MAX_FLAGS });
  }

  missed(ids: readonly Id[]): void {
    for (const id of ids) this.#add(id);
    if (this.#scheduled || this.#pending.length === 0) return;
    this.#scheduled = true;
    runDetached(() => setImmediate(() => this.#flush()));
  }

  #add(id: Id): void {
    const room = this.#pending.length < MAX_PENDING;
    const flag = room ? this.#flags.raise(id) : 'full';
    if (flag === 'raised') this.#pending.push(id);
    if (flag === 'full') this.#scope.counts.backfillsDropped += 1;
  }

  #flush(): void {
    this.#scheduled = false;
    while (this.#pending.length > 0 && this.#sending < MAX_SENDING) {
      void this.#send(this.#pending.splice(0, MAX_LOAD));
    }
  }

  async #send(ids: readonly Id[]): Promise<void> {
    this.#sending += 1;
    try {
      await this.#backfill.send(ids);
      this.#scope.counts.backfillsSent += ids.length;
    } catch (error) {
      this.#scope.failed(error);
    }
    this.#sending -= 1;
    this.#flush();
  }
}
