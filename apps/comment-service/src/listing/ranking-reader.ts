import { HOT_CACHE, listId, type Epoch, type HotEpochs, type ListOf } from '@storey/comment';
import { type BackfillRequests } from '../backfill/backfill-requests.js';

/**
 * The ranking to begin a walk in. One that is due is shown as it is, and comment-job is asked for the next; where there
 * is none, or it is too old, because nobody came for a while or the job is away, it is made here.
 */
export class RankingReader {
  readonly #epochs: HotEpochs;
  readonly #backfill: Pick<BackfillRequests, 'ask'>;
  readonly #making = new Map<string, Promise<Epoch>>();

  constructor(epochs: HotEpochs, backfill: Pick<BackfillRequests, 'ask'>) {
    this.#epochs = epochs;
    this.#backfill = backfill;
  }

  /** @throws AppError `unavailable` */
  async current(list: ListOf): Promise<Epoch> {
    const latest = await this.#epochs.latest(list);
    if (!latest || latest.age === 'over') return this.#make(list, latest?.epoch);
    if (latest.age === 'due') this.#backfill.ask(HOT_CACHE, [listId(list)]);
    return latest.epoch;
  }

  /** @throws AppError invalid COMMON_CURSOR_EXPIRED when it is gone, `unavailable`. */
  at(list: ListOf, number: bigint): Promise<Epoch> {
    return this.#epochs.at(list, number);
  }

  /** Once a process, however many wait for it. */
  #make(list: ListOf, seen: Epoch | undefined): Promise<Epoch> {
    const id = listId(list);
    const running = this.#making.get(id);
    if (running) return running;
    const making = this.#epochs.replace(list, seen).finally(() => this.#making.delete(id));
    this.#making.set(id, making);
    return making;
  }
}
