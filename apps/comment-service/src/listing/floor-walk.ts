import { type ListOf, type Listings } from '@storey/comment';
import { cursorInvalid } from '@storey/errors';
import { type Position } from './positions.js';
import { type Walked } from './walk.js';

export interface FloorPage {
  readonly list: ListOf;
  readonly order: 'new' | 'old';
  readonly position: Position | undefined;
  /** Where to begin, this floor included; without it at the first. */
  readonly from?: bigint;
  readonly limit: number;
}

/** Lists by floor: a floor never changes and is never given twice, so the last one seen says where to go on. */
export class FloorWalk {
  readonly #listings: Pick<Listings, 'page'>;

  constructor(listings: Pick<Listings, 'page'>) {
    this.#listings = listings;
  }

  async page({ list, order, position, from, limit }: FloorPage): Promise<Walked> {
    const after = afterOf(position) ?? besideOf(from, order);
    const places = await this.#listings.page({
      ...list,
      order,
      limit: limit + 1,
      ...(after !== undefined && { after }),
    });
    const shown = places.slice(0, limit);
    const last = shown.at(-1);
    const edge = order === 'new' ? shown[0]?.floor : last?.floor;
    return {
      ids: shown.map(({ id }) => id),
      edge: edge ?? after ?? 0n,
      ...(places.length > limit && last && { next: { kind: 'floor', floor: last.floor } }),
    };
  }
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
