import { ownKey, type AccountDb, type TipRow } from '@storey/account';
import { AppError, invalidRequest, isAppError } from '@storey/errors';
import { type FaultPoint } from '@storey/context';
import { isUniqueViolation } from '@storey/sql';
import { type Transaction } from 'kysely';
import { caller } from '../caller.js';
import { isRefusal } from '../refusal.js';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { CALL, type CommentSide } from './comment-side.js';
import { tipEntry } from './tip-entry.js';
import { type TipDriver } from './tip-driver.js';

const MAX_POINTS = 100;
/** How long a key stands for its tip. */
const KEY_MS = 24 * 3_600_000;
/** The sweep leaves a tip to its giver's request that long. */
const OWN_TIME_MS = 5_000;

export interface WantedTip {
  readonly commentId: bigint;
  readonly points: number;
  /** '' = none. */
  readonly idempotencyKey: string;
}

export interface GivenTip {
  readonly tip: TipRow;
  /** True when an earlier call under the same key made it. */
  readonly replayed: boolean;
}

export interface GiveTipOptions {
  readonly store: Store;
  readonly driver: TipDriver;
  readonly comments: CommentSide;
  readonly sources: Sources;
  readonly faultPoint: FaultPoint;
}

/** Gives points of the caller to the author of a comment: they are put aside first, and then given or given back. */
export class GiveTip {
  readonly #options: GiveTipOptions;

  constructor(options: GiveTipOptions) {
    this.#options = options;
  }

  /**
   * @returns the tip, pending where comment-service is away; the sweep ends it.
   * @throws AppError 409 ACCOUNT_POINTS_INSUFFICIENT, 422 COMMON_IDEMPOTENCY_MISMATCH, and what comment-service refuses it
   * with: then nothing was given, and the key is free.
   */
  async execute(wanted: WantedTip): Promise<GivenTip> {
    const fromUser = BigInt(caller().userId);
    if (!Number.isInteger(wanted.points) || wanted.points < 1 || wanted.points > MAX_POINTS)
      throw invalidRequest([{ path: '/points', message: `must be from 1 to ${MAX_POINTS}` }]);
    const { tip, replayed } = await this.#begin(fromUser, wanted);
    this.#options.faultPoint('tip.held');
    return { tip: await this.#drive(tip), replayed };
  }

  async #drive(tip: TipRow): Promise<TipRow> {
    try {
      return await this.#options.driver.drive(tip);
    } catch (error) {
      if (!isAppError(error) || isRefusal(error)) throw error;
      return tip;
    }
  }

  async #begin(fromUser: bigint, wanted: WantedTip): Promise<GivenTip> {
    const begin = (): Promise<GivenTip> =>
      this.#options.store.sql.transaction((tx) => this.#hold(tx, fromUser, wanted));
    try {
      return await begin();
    } catch (error) {
      // A twin has just made it.
      if (isUniqueViolation(error)) return begin();
      if (isAppError(error) && error.code === 'ACCOUNT_POINTS_INSUFFICIENT') await this.#find(wanted);
      throw error;
    }
  }

  async #hold(tx: Transaction<AccountDb>, fromUser: bigint, wanted: WantedTip): Promise<GivenTip> {
    const { store, sources } = this.#options;
    const now = sources.now();
    const { commentId, points, idempotencyKey: key } = wanted;
    const known = key === '' ? undefined : await store.tips.lockByKey(tx, fromUser, key);
    if (known && now < known.created_at + BigInt(KEY_MS)) {
      if (known.comment_id !== commentId || known.points !== points) throw mismatch();
      return { tip: known, replayed: true };
    }
    if (known) await store.tips.update(tx, known, { request_key: ownKey(known.id) });
    const id = sources.newTipId();
    const tip: TipRow = {
      id,
      from_user: fromUser,
      to_user: 0n,
      comment_id: commentId,
      points,
      state: 'trying',
      request_key: key || ownKey(id),
      created_at: now,
      due_at: now + BigInt(OWN_TIME_MS),
    };
    await store.tips.insert(tx, tip);
    await store.points.post(tx, tipEntry('tip', tip, now));
    return { tip, replayed: false };
  }

  /** A comment that is not there is told before points that are not. */
  async #find({ commentId }: WantedTip): Promise<void> {
    try {
      await this.#options.comments.getComment({ id: commentId }, CALL);
    } catch (error) {
      if (!isAppError(error) || isRefusal(error)) throw error;
    }
  }
}

const mismatch = (): AppError =>
  new AppError({
    kind: 'unprocessable',
    code: 'COMMON_IDEMPOTENCY_MISMATCH',
    message: 'This Idempotency-Key was used for another request.',
  });
