import { isListId, parseListId, type HotEpochs } from '@storey/comment';
import { type Rebuildable } from './backfiller.js';

/** The rankings of `hot`: the first wish for one that is due makes the next, its twins find that it is there. */
export class HotRankings implements Rebuildable {
  readonly #epochs: HotEpochs;

  constructor(epochs: HotEpochs) {
    this.#epochs = epochs;
  }

  isId(text: string): boolean {
    return isListId(text);
  }

  async rebuild(ids: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of ids) {
      if (signal.aborted) return;
      const list = parseListId(id);
      const latest = await this.#epochs.latest(list);
      if (latest?.age !== 'fresh') await this.#epochs.replace(list, latest?.epoch);
    }
  }
}
