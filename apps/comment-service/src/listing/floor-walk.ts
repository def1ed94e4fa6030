import { cursorInvalid } from '@storey/errors';
import { type List, type Lists } from './lists.js';
import { type Position } from './positions.js';
import { type Covered, type Walked } from './walk.js';

export interface FloorPage {
  readonly list: List;
  readonly order: 'new' | 'old';
  readonly position: Position | undefined;
  /** Where to begin, this floor included; without it at the first. */
  readonly from?: bigint;
  readonly limit: number;
  /** Not met on any page. */
  readonly but: ReadonlySet<bigint>;
}

/** Lists by floor: a floor never changes and is never given twice, so the last one seen says where to go on. */
export class FloorWalk {
  readonly #lists: Pick<Lists, 'page'>;

  constructor(lists: Pick<Lists, 'page'>) {
    this.#lists = lists;
  }

  async page({ list, order, position, from, limit, but }: FloorPage): Promise<Walked> {
    const after = afterOf(position) ?? besideOf(from, order);
    const places = await this.#lists.page({
      list,
      order,
      limit: limit + 1 + but.size,
      ...(after !== undefined && { after }),
    });
    const met = places.filter(({ id }) => !but.has(id));
    const shown = met.slice(0, limit);
    const end = met.length > limit ? shown.at(-1)?.floor : undefined;
    return {
      ids: shown.map(({ id }) => id),
      covers: {
        ...(order === 'new' ? between(end, after) : between(after, end)),
        ...(but.size > 0 && { but }),
      },
      ...(end !== undefined && { next: { kind: 'floor', floor: end } }),
    };
  }
}

function between(above: bigint | undefined, below: bigint | undefined): Covered {
  return { above: above ?? 0n, ...(below !== undefined && { below }) };
}

function afterOf(position: Position | undefined): bigint | undefined {
  if (!position) return undefined;
  if (position.kind !== 'floor') throw cursorInvalid();
  return position.floor;
}

function besideOf(from: bigint | undefined, order: 'new' | 'old'): bigint | undefined {
  if (from === undefined) return undefined;
  return order === 'new' ? from + 1n : from - 1n;
}
