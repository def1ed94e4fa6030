import { type TipRecord, type Tips } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type Clock, type FaultPoint } from '@storey/context';
import { AppError, unprocessable } from '@storey/errors';
import { commentNotFound } from '../errors.js';
import { checkOpen } from '../posting/subject-open.js';
import { type Records } from '../viewing/records.js';

export interface TriedTip {
  readonly tipId: bigint;
  readonly commentId: bigint;
  readonly fromUserId: bigint;
}

export interface TryTipOptions {
  readonly tips: Tips;
  readonly records: Records;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
}

/** The first half of a tip: whether there is somebody to give it to. What was said once is said again. */
export class TryTip {
  readonly #options: TryTipOptions;

  constructor(options: TryTipOptions) {
    this.#options = options;
  }

  /**
   * @returns the author.
   * @throws AppError 404 COMMENT_NOT_FOUND for what is not visible, 403 COMMENT_SUBJECT_CLOSED, 422 for one's own, `conflict`
   * for a tip that was cancelled before this try arrived.
   */
  async execute(wanted: TriedTip): Promise<bigint> {
    const { tips, faultPoint } = this.#options;
    const key = { tip_id: wanted.tipId, comment_id: wanted.commentId };
    const tip = (await tips.find(key)) ?? (await tips.try(await this.#checked(wanted)));
    if (tip.state === 'cancelled') throw tooLate();
    faultPoint('tips.tried');
    return tip.author_id;
  }

  async #checked({ tipId, commentId, fromUserId }: TriedTip): Promise<TipRecord> {
    const { records, clock } = this.#options;
    const record = await records.comment(commentId);
    if (record?.state !== comment.CommentState.VISIBLE) throw commentNotFound();
    checkOpen(await records.subject(record.subject));
    if (record.authorId === fromUserId)
      throw unprocessable([{ path: 'path/id', message: 'is your own comment' }]);
    return {
      tip_id: tipId,
      comment_id: commentId,
      from_user_id: fromUserId,
      author_id: record.authorId,
      state: 'tried',
      at: BigInt(clock.now()),
    };
  }
}

const tooLate = (): AppError =>
  new AppError({ kind: 'conflict', code: 'COMMENT_TIP_CANCELLED', message: 'This tip was cancelled.' });
