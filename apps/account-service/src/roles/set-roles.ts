import { Injectable } from '@nestjs/common';
import { profileChanged, roleBits, rolesTakenAway, type AccountDb, type Revocation } from '@storey/account';
import { notFound } from '@storey/errors';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { type Transaction } from 'kysely';
import { administrator } from '../caller.js';
import { LONGEST_TOKEN_LIFE_MS } from '../lifetimes.js';
import { RevocationNews } from '../sessions/revocation-news.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';

export interface RolesChange {
  readonly userId: bigint;
  readonly roles: readonly string[];
}

/**
 * Gives a user exactly these roles. Tokens that hold one that was taken away are refused within a second; one that was
 * granted comes with the next refresh.
 */
@Injectable()
export class SetRoles {
  constructor(
    private readonly store: Store,
    private readonly news: RevocationNews,
    private readonly sources: Sources,
  ) {}

  async execute({ userId, roles }: RolesChange): Promise<void> {
    administrator();
    const bits = roleBits(roles);
    const notBefore = await this.store.sql.transaction((tx) => this.#set(tx, userId, bits), {
      notify: OUTBOX_TAG,
    });
    await this.news.spread(this.#living(userId, notBefore));
  }

  /** @returns since when tokens of the user are good. */
  async #set(tx: Transaction<AccountDb>, userId: bigint, bits: number): Promise<bigint> {
    const user = await this.store.users.lock(tx, userId);
    if (!user) throw notFound('There is no such user.');
    if (user.role_bits === bits) return user.tokens_not_before;
    const now = this.sources.now();
    // One more, as a token may have been given out in this very millisecond.
    const notBefore = rolesTakenAway(user.role_bits, bits) ? now + 1n : user.tokens_not_before;
    await this.store.users.update(tx, userId, {
      role_bits: bits,
      roles_changed_at: now,
      tokens_not_before: notBefore,
    });
    await enqueue(tx, [profileChanged({ ...user, role_bits: bits }, now)], this.sources.clock);
    return notBefore;
  }

  /** Also when nothing was changed this time: the time before may not have got through. */
  #living(id: bigint, at: bigint): readonly Revocation[] {
    const forgotten = this.sources.now() - BigInt(LONGEST_TOKEN_LIFE_MS);
    return at > forgotten ? [{ target: 'user', id, at }] : [];
  }
}
