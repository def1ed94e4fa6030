import { type Worklists } from '@storey/comment';
import { type Clock } from '@storey/context';
import { comment } from '@storey/contracts';
import { cursorInvalid } from '@storey/errors';
import { requireModerator } from '../caller.js';
import { decodePosition, encodePosition } from '../listing/positions.js';
import { moderated, type Moderated } from '../viewing/moderated.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';

export interface WorkPage {
  /** A page may be shorter than asked for and not the last. */
  readonly comments: Moderated[];
  readonly nextPosition: Uint8Array;
}

export interface WorkRequest {
  /** Empty at the beginning. */
  readonly position: Uint8Array;
  readonly limit: number;
}

/** What waits in review, oldest first. Ids from the worklist, the rest from the tables; what the caller has just decided is gone. */
export class ListQueue {
  readonly #views: Views;
  readonly #records: Records;
  readonly #worklists: Worklists;
  readonly #clock: Clock;

  constructor(views: Views, records: Records, worklists: Worklists, clock: Clock) {
    this.#views = views;
    this.#records = records;
    this.#worklists = worklists;
    this.#clock = clock;
  }

  /** @throws AppError 403 to others; `unavailable` */
  execute({ position, limit }: WorkRequest): Promise<WorkPage> {
    const viewer = requireModerator();
    return this.#views.as(async (view) => {
      const found = await this.#worklists.inReview(afterOf(position), limit + 1);
      const ids = found.slice(0, limit);
      const records = await this.#records.storedComments(ids);
      const waiting = ids
        .flatMap((id) => records.get(id) ?? [])
        .map((record) => view.latest(record))
        .filter(({ state }) => state === comment.CommentState.IN_REVIEW);
      const last = found.length > limit ? ids.at(-1) : undefined;
      return {
        comments: waiting.map((record) => moderated(record, viewer, this.#clock.now())),
        nextPosition: last === undefined ? new Uint8Array() : encodePosition({ kind: 'floor', floor: last }),
      };
    });
  }
}

/** The id that the page before ended with. */
function afterOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const position = decodePosition(bytes);
  if (position.kind !== 'floor') throw cursorInvalid();
  return position.floor;
}
