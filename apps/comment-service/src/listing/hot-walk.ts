import { type Epoch, type Place } from '@storey/comment';
import { isAppError } from '@storey/errors';
import { type FloorWalk } from './floor-walk.js';
import { type List, type Lists } from './lists.js';
import { type Position } from './positions.js';
import { type RankingReader } from './ranking-reader.js';
import { takePage, type Covered, type Step, type Walked } from './walk.js';

export interface HotPage {
  readonly list: List;
  readonly position: Position | undefined;
  readonly limit: number;
  /** Not met on any page. */
  readonly but: ReadonlySet<bigint>;
  /** Which of these stand in the list now. */
  readonly shown: (ids: readonly bigint[]) => Promise<ReadonlySet<bigint>>;
}

type Ranked = Exclude<Position, { kind: 'floor' }>;

interface Begin {
  readonly epoch: Epoch;
  readonly position: Ranked;
}

/** How many of the rest are read at a time where many of them are in the ranking and skipped. */
const REST_CHUNK = 200;

/**
 * `hot`: first the frozen ranking from best to worst, then everything else from the newest down. The highest floor
 * at the beginning of the walk bounds it, so that a row is met once, whatever is written and liked meanwhile.
 * Without a ranking to be had the list is walked as `new`.
 */
export class HotWalk {
  readonly #lists: Pick<Lists, 'page'>;
  readonly #rankings: RankingReader;
  readonly #floors: FloorWalk;

  constructor(lists: Pick<Lists, 'page'>, rankings: RankingReader, floors: FloorWalk) {
    this.#lists = lists;
    this.#rankings = rankings;
    this.#floors = floors;
  }

  /** @throws AppError invalid COMMON_CURSOR_EXPIRED when the ranking of the walk is gone. */
  async page(page: HotPage): Promise<Walked> {
    const { position, limit, list } = page;
    if (position?.kind === 'floor') return this.#byFloor(page, position);
    const begin = await this.#begin(list, position);
    if (!begin) return this.#byFloor(page, undefined);
    const { steps, next } = await takePage(this.#steps(page, begin.epoch, begin.position), limit);
    const covers = coveredBy(page, begin, next);
    return { ids: steps.map(({ id }) => id), covers, ...(next && { next }) };
  }

  async #byFloor({ list, limit, but }: HotPage, position: Position | undefined): Promise<Walked> {
    return { ...(await this.#floors.page({ list, order: 'new', position, limit, but })), unranked: true };
  }

  /** @returns undefined when a new walk can't have a ranking. */
  async #begin(list: List, position: Ranked | undefined): Promise<Begin | undefined> {
    if (position) return { epoch: await this.#rankings.at(list, position.epoch), position };
    try {
      const epoch = await this.#rankings.current(list);
      const start = { kind: 'ranked', epoch: epoch.number, top: list.last, index: 0n } as const;
      return { epoch, position: start };
    } catch (error) {
      if (!isAppError(error) || error.kind !== 'unavailable') throw error;
      return undefined;
    }
  }

  async *#steps(page: HotPage, epoch: Epoch, from: Ranked): AsyncGenerator<Step, void> {
    if (from.kind === 'ranked') yield* this.#ranked(page, epoch, from);
    yield* this.#rest(page, epoch, from);
  }

  async *#ranked(page: HotPage, { ids }: Epoch, from: Extract<Ranked, { kind: 'ranked' }>) {
    const chunk = page.limit + 1;
    for (let index = Number(from.index); index < ids.length; index += chunk) {
      const some = ids.slice(index, index + chunk);
      const shown = await page.shown(some);
      for (const [at, id] of some.entries()) {
        const position = { ...from, index: BigInt(index + at + 1) };
        if (shown.has(id) && !page.but.has(id)) yield { id, position } satisfies Step;
      }
    }
  }

  async *#rest({ list, limit, but }: HotPage, { ids, number }: Epoch, from: Ranked) {
    const ranked = new Set(ids);
    let after = from.kind === 'rest' ? from.floor : from.top + 1n;
    let chunk = limit + 1;
    for (;;) {
      const places: readonly Place[] = await this.#lists.page({ list, order: 'new', after, limit: chunk });
      for (const { id, floor } of places) {
        const position = { kind: 'rest', epoch: number, top: from.top, floor } as const;
        if (!ranked.has(id) && !but.has(id)) yield { id, position } satisfies Step;
      }
      const last = places.at(-1);
      if (!last || places.length < chunk) return;
      after = last.floor;
      chunk = REST_CHUNK;
    }
  }
}

/** Only the rest is walked by floor; what came after the walk began goes with its first page. */
function coveredBy(
  { position, but }: HotPage,
  { epoch, position: from }: Begin,
  next: Position | undefined,
): Covered {
  const end = next?.kind === 'rest' ? next.floor : from.top;
  const begin = from.kind === 'rest' ? from.floor : from.top + 1n;
  return { above: next ? end : 0n, but: new Set([...epoch.ids, ...but]), ...(position && { below: begin }) };
}
