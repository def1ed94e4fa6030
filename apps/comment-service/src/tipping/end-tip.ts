import {
  shardOfUser,
  type NotificationRecord,
  type TipKey,
  type TipRecord,
  type Tips,
} from '@storey/comment';
import { type Clock, type FaultPoint } from '@storey/context';
import { type Ids } from '@storey/ids';

export interface EndTipOptions {
  readonly tips: Tips;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly faultPoint: FaultPoint;
}

/** The second half of a tip, as account-service decided it. Again: no effect. */
export class EndTip {
  readonly #options: EndTipOptions;

  constructor(options: EndTipOptions) {
    this.#options = options;
  }

  /** The author is told. @throws AppError `conflict` for one that was not tried, or was cancelled. */
  async confirm(key: TipKey): Promise<void> {
    await this.#options.tips.confirm(key, (tip) => this.#notice(tip));
    this.#options.faultPoint('tips.ended');
  }

  /** @throws AppError `conflict` for one that was confirmed. */
  async cancel(key: TipKey): Promise<void> {
    await this.#options.tips.cancel(key, this.#options.clock.now());
    this.#options.faultPoint('tips.ended');
  }

  #notice({ tip_id, comment_id, author_id, from_user_id }: TipRecord): NotificationRecord {
    const { ids, clock } = this.#options;
    return {
      id: ids.next(shardOfUser(author_id)),
      userId: author_id,
      kind: 'tip',
      commentId: comment_id,
      actorId: from_user_id,
      at: BigInt(clock.now()),
      read: false,
      causeId: tip_id,
    };
  }
}
