import { Injectable } from '@nestjs/common';
import { type account, type comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { RetryBudget, retryIdempotent } from '@storey/resilience';
import { Services } from '../services.js';

/** A page without names is better than none; so long may they take. */
const TIMEOUT_MS = 150;
const MAX_IDS = 200;

/** The people that a page speaks of, by id. */
export interface People {
  readonly users: ReadonlyMap<bigint, account.User>;
  /** True when account-service did not tell: names are made up. */
  readonly degraded: boolean;
}

/** Joins profiles to comments: the ids of a whole page in one call. */
@Injectable()
export class Profiles {
  /** A tenth of the reads may be tried once more: enough for a restart, too little for a storm. */
  readonly #budget = new RetryBudget();

  constructor(private readonly services: Services) {}

  /** @param others ids besides those of the comments, e.g. actors of notifications. */
  async of(comments: readonly comment.Comment[], others: readonly bigint[] = []): Promise<People> {
    const ids = [...new Set([...comments.flatMap(idsOf), ...others])].filter((id) => id !== 0n);
    try {
      const replies = await Promise.all(chunks(ids).map((chunk) => this.#load(chunk)));
      return { users: new Map(replies.flat().map((user) => [user.id, user])), degraded: false };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { users: new Map(), degraded: true };
    }
  }

  async #load(ids: readonly bigint[]): Promise<readonly account.User[]> {
    const ask = () => this.services.accounts.batchGetUsers({ ids: [...ids] }, { timeoutMs: TIMEOUT_MS });
    const { users } = await retryIdempotent(ask, { budget: this.#budget, attempts: 2, baseMs: 10 });
    return users;
  }
}

function idsOf({ authorId, replyToUserId, mentions, replies }: comment.Comment): readonly bigint[] {
  return [authorId, replyToUserId, ...mentions.map(({ userId }) => userId), ...replies.flatMap(idsOf)];
}

function chunks(ids: readonly bigint[]): readonly (readonly bigint[])[] {
  const count = Math.ceil(ids.length / MAX_IDS);
  return Array.from({ length: count }, (_, at) => ids.slice(at * MAX_IDS, (at + 1) * MAX_IDS));
}
