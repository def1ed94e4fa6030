import { type Clock } from '@storey/context';
import { cursorInvalid } from '@storey/errors';
import { requireModerator } from '../caller.js';
import { decodePosition, encodePosition } from '../listing/positions.js';
import { moderated } from '../viewing/moderated.js';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';
import { type WorkPage, type WorkRequest } from './list-queue.js';
import { type ReportedAt, type ReportedWalks } from './reported-walks.js';

/** Comments with reports that nobody judged yet, most reported first. */
export class ListReports {
  readonly #views: Views;
  readonly #records: Records;
  readonly #walks: ReportedWalks;
  readonly #clock: Clock;

  constructor(views: Views, records: Records, walks: ReportedWalks, clock: Clock) {
    this.#views = views;
    this.#records = records;
    this.#walks = walks;
    this.#clock = clock;
  }

  /** @throws AppError 403 to others; `unavailable` */
  execute({ position, limit }: WorkRequest): Promise<WorkPage> {
    const viewer = requireModerator();
    return this.#views.as(async (view) => {
      const at = position.length === 0 ? undefined : decode(position);
      const { ids, next } = at ? await this.#walks.goOn(at, limit) : await this.#walks.begin(limit);
      const records = await this.#records.storedComments(ids);
      const open = ids.flatMap((id) => records.get(id) ?? []).filter((record) => !view.isJudged(record));
      return {
        comments: open.map((record) => moderated(view.latest(record), viewer, this.#clock.now())),
        nextPosition: next ? encode(next) : new Uint8Array(),
      };
    });
  }
}

const encode = ({ walk, index }: ReportedAt): Uint8Array =>
  encodePosition({ kind: 'ranked', epoch: walk, top: 0n, index: BigInt(index) });

function decode(bytes: Uint8Array): ReportedAt {
  const position = decodePosition(bytes);
  if (position.kind !== 'ranked') throw cursorInvalid();
  return { walk: position.epoch, index: Number(position.index) };
}
