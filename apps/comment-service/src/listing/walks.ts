import { comment } from '@storey/contracts';
import { type View } from '../viewing/view.js';
import { type FloorWalk } from './floor-walk.js';
import { type HotWalk } from './hot-walk.js';
import { type List } from './lists.js';
import { decodePosition, encodePosition } from './positions.js';
import { type Walked } from './walk.js';

export interface WalkRequest {
  readonly sort: comment.Sort;
  /** Empty at the beginning. */
  readonly position: Uint8Array;
  readonly limit: number;
  /** Where to begin a list by floor; 0: at its first. */
  readonly floor: bigint;
  /** Shown elsewhere: not met on any page. */
  readonly but?: ReadonlySet<bigint>;
}

const NONE: ReadonlySet<bigint> = new Set();

/** Every order a list can be read in. */
export class Walks {
  readonly #byFloor: FloorWalk;
  readonly #hot: HotWalk;

  constructor(byFloor: FloorWalk, hot: HotWalk) {
    this.#byFloor = byFloor;
    this.#hot = hot;
  }

  /** A list of a subject that was never written to (id 0) is empty, and nothing is kept for it. */
  async page(list: List, request: WalkRequest, view: View): Promise<Walked> {
    const { sort, limit, floor, but = NONE } = request;
    const position = request.position.length === 0 ? undefined : decodePosition(request.position);
    if (list.subjectId === 0n) return { ids: [], covers: { above: 0n } };
    if (sort !== comment.Sort.HOT) {
      const order = sort === comment.Sort.OLD ? 'old' : 'new';
      const from = floor === 0n ? {} : { from: floor };
      return this.#byFloor.page({ list, order, position, limit, but, ...from });
    }
    const shown = async (ids: readonly bigint[]): Promise<ReadonlySet<bigint>> => {
      const records = [...(await view.stored(ids)).values()];
      return new Set(records.filter((record) => record.shown).map(({ id }) => id));
    };
    return this.#hot.page({ list, position, limit, but, shown });
  }
}

export const nextPosition = ({ next }: Walked): Uint8Array =>
  next ? encodePosition(next) : new Uint8Array();

export const isFirstPage = ({ position, floor }: WalkRequest): boolean =>
  position.length === 0 && floor === 0n;
