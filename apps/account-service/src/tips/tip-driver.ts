import { ownKey, type AccountDb, type TipRow } from '@storey/account';
import { type FaultPoint } from '@storey/context';
import { isAppError, notFound, type AppError } from '@storey/errors';
import { type Transaction } from 'kysely';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { isRefusal } from '../refusal.js';
import { CALL, type CommentSide } from './comment-side.js';
import { tipEntry } from './tip-entry.js';
import { type TipCounts } from './tip-counts.js';

type Tx = Transaction<AccountDb>;

/** A tip that comment-service did not answer for so long is cancelled. */
export const EXPIRES_MS = 60_000;

export interface TipDriverOptions {
  readonly store: Store;
  readonly comments: CommentSide;
  readonly sources: Sources;
  readonly faultPoint: FaultPoint;
  readonly counts: TipCounts;
}

/**
 * Takes a tip from wherever it stands to its end. Each step is durable before the next begins and may be taken again,
 * by anybody at any time: several drivers of one tip agree, as its row is locked when it is decided.
 */
export class TipDriver {
  readonly #options: TipDriverOptions;

  constructor(options: TipDriverOptions) {
    this.#options = options;
  }

  /**
   * @returns the tip at its end.
   * @throws AppError what comment-service refuses it with (it is decided then: cancelled), or an outage of either side:
   * whoever drives it later finds it where it was left.
   */
  async drive(tip: TipRow): Promise<TipRow> {
    const { decided, refusal } = tip.state === 'trying' ? await this.#decide(tip) : { decided: tip };
    if (refusal) throw refusal;
    return this.#tell(decided);
  }

  async #decide(tip: TipRow): Promise<{ decided: TipRow; refusal?: AppError }> {
    const answer = await this.#try(tip);
    if ('authorId' in answer)
      return { decided: await this.#turn(tip, (tx, locked) => this.#confirm(tx, locked, answer.authorId)) };
    const { refusal } = answer;
    // Whoever hears of a refusal may use the key again.
    const also = refusal && { request_key: ownKey(tip.id) };
    const decided = await this.#turn(tip, (tx, locked) => this.#cancel(tx, locked, also));
    return { decided, ...(refusal && decided.state === 'cancelling' && { refusal }) };
  }

  /** @returns neither author nor refusal when there was no answer for too long. */
  async #try(tip: TipRow): Promise<{ authorId: bigint } | { refusal?: AppError }> {
    const { comments, faultPoint, sources } = this.#options;
    const { id: tipId, comment_id: commentId, from_user: fromUserId } = tip;
    try {
      const { authorId } = await comments.tryTip({ tipId, commentId, fromUserId }, CALL);
      faultPoint('tip.tried');
      return { authorId };
    } catch (error) {
      if (isRefusal(error)) return { refusal: error };
      if (isAppError(error) && sources.now() >= tip.created_at + BigInt(EXPIRES_MS)) return {};
      throw error;
    }
  }

  /** Decides what nobody has decided yet. @returns the tip as it stands then. */
  async #turn(tip: TipRow, decide: (tx: Tx, locked: TipRow) => Promise<TipRow>): Promise<TipRow> {
    const { store, faultPoint } = this.#options;
    const decided = await store.sql.transaction(async (tx) => {
      const locked = await store.tips.lock(tx, tip.id);
      // It ended long ago and was cut: whoever comes with it now slept through all of that.
      if (!locked) throw notFound();
      return locked.state === 'trying' ? decide(tx, locked) : locked;
    });
    faultPoint('tip.decided');
    return decided;
  }

  async #confirm(tx: Tx, tip: TipRow, authorId: bigint): Promise<TipRow> {
    const { store, sources } = this.#options;
    // Nobody to give it to.
    if (!(await store.users.within(tx, authorId))) return this.#cancel(tx, tip);
    const change = { state: 'confirming', to_user: authorId, due_at: sources.now() } as const;
    await store.points.post(tx, tipEntry('tipped', { ...tip, ...change }, sources.now()));
    await store.tips.update(tx, tip, change);
    return { ...tip, ...change };
  }

  async #cancel(tx: Tx, tip: TipRow, also: { readonly request_key?: string } = {}): Promise<TipRow> {
    const { store, sources } = this.#options;
    const change = { state: 'cancelling', due_at: sources.now(), ...also } as const;
    await store.points.post(tx, tipEntry('tip_back', tip, sources.now()));
    await store.tips.update(tx, tip, change);
    return { ...tip, ...change };
  }

  async #tell(tip: TipRow): Promise<TipRow> {
    const { comments, faultPoint } = this.#options;
    const { id: tipId, comment_id: commentId } = tip;
    switch (tip.state) {
      case 'confirming':
        await comments.confirmTip({ tipId, commentId }, CALL);
        faultPoint('tip.told');
        return this.#end(tip, 'done');
      case 'cancelling':
        await comments.cancelTip({ tipId, commentId }, CALL);
        faultPoint('tip.told');
        return this.#end(tip, 'cancelled');
      default:
        return tip;
    }
  }

  async #end(tip: TipRow, state: 'done' | 'cancelled'): Promise<TipRow> {
    const { store, counts } = this.#options;
    const change = { state, due_at: null };
    if (await store.sql.transaction((tx) => store.tips.update(tx, tip, change))) counts.add(state);
    return { ...tip, ...change };
  }
}
