import { Inject, Injectable } from '@nestjs/common';
import { LocalCopies } from '@storey/cache';
import { Clock } from '@storey/context';
import { type account, type comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { RetryBudget, retryIdempotent } from '@storey/resilience';
import { Services } from '../services.js';

/** A page without names is better than none; so long may they take. */
const TIMEOUT_MS = 150;
const MAX_IDS = 200;
/** A page that was made of them may live for another 750 ms: a new name is seen within a second. */
const FRESH_MS = 250;
const MAX_BYTES = 8 * 1024 * 1024;

/** The people that a page speaks of, by id. */
export interface People {
  readonly users: ReadonlyMap<bigint, account.User>;
  /** True when account-service did not tell: names are made up. */
  readonly degraded: boolean;
}

/** Joins profiles to comments: those of a whole page that are not known from a moment ago, in one call. */
@Injectable()
export class Profiles {
  /** A tenth of the reads may be tried once more: enough for a restart, too little for a storm. */
  readonly #budget = new RetryBudget();
  readonly #copies: LocalCopies<bigint, account.User>;

  constructor(
    private readonly services: Services,
    @Inject(Clock) clock: Clock,
  ) {
    const options = { maxBytes: MAX_BYTES, freshMs: FRESH_MS, staleMs: 0, promote: 'all' } as const;
    this.#copies = new LocalCopies(options, { clock });
  }

  /** @param others ids besides those of the comments, e.g. actors of notifications. */
  async of(comments: readonly comment.Comment[], others: readonly bigint[] = []): Promise<People> {
    const users = new Map<bigint, account.User>();
    const missing: bigint[] = [];
    for (const id of new Set([...comments.flatMap(idsOf), ...others])) {
      const copy = id === 0n ? NOBODY : this.#copies.read(id);
      if (!copy) missing.push(id);
      else if (copy.value) users.set(id, copy.value);
    }
    try {
      const loaded = await Promise.all(chunks(missing).map((chunk) => this.#load(chunk)));
      for (const user of loaded.flat()) users.set(user.id, user);
      return { users, degraded: false };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { users, degraded: true };
    }
  }

  async #load(ids: readonly bigint[]): Promise<readonly account.User[]> {
    const ticket = this.#copies.ticket();
    const ask = () => this.services.accounts.batchGetUsers({ ids: [...ids] }, { timeoutMs: TIMEOUT_MS });
    const { users } = await retryIdempotent(ask, { budget: this.#budget, attempts: 2, baseMs: 10 });
    const found = new Map(users.map((user) => [user.id, user]));
    for (const id of ids) this.#copies.keep(id, found.get(id), ticket);
    return users;
  }
}

const NOBODY = { value: undefined };

function idsOf({ authorId, replyToUserId, mentions, replies }: comment.Comment): readonly bigint[] {
  return [authorId, replyToUserId, ...mentions.map(({ userId }) => userId), ...replies.flatMap(idsOf)];
}

function chunks(ids: readonly bigint[]): readonly (readonly bigint[])[] {
  const count = Math.ceil(ids.length / MAX_IDS);
  return Array.from({ length: count }, (_, at) => ids.slice(at * MAX_IDS, (at + 1) * MAX_IDS));
}
