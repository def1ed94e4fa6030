import { Injectable } from '@nestjs/common';
import { type account, type comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { Services } from '../services.js';

/** Names may come late; a comment without them can still be judged. */
const TIMEOUT_MS = 150;

const MAX_IDS = 200;

export type UsersById = ReadonlyMap<bigint, account.User>;

export interface KnownPeople {
  readonly users: UsersById;
  /** True when account-service did not tell: names are made up. */
  readonly degraded: boolean;
}

/** Whom comments speak of. */
@Injectable()
export class People {
  constructor(private readonly services: Services) {}

  /** Whoever is not known, or not told in time, is left out. @param comments at most 50 */
  async of(comments: readonly comment.Comment[]): Promise<KnownPeople> {
    const ids = [...new Set(comments.flatMap(idsOf))].filter((id) => id !== 0n);
    const chunks = Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, at) =>
      ids.slice(at * MAX_IDS, (at + 1) * MAX_IDS),
    );
    try {
      const replies = await Promise.all(chunks.map((chunk) => this.#load(chunk)));
      return { users: new Map(replies.flat().map((user) => [user.id, user])), degraded: false };
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { users: new Map(), degraded: true };
    }
  }

  async #load(ids: bigint[]): Promise<readonly account.User[]> {
    return (await this.services.accounts.batchGetUsers({ ids }, { timeoutMs: TIMEOUT_MS })).users;
  }
}

const idsOf = ({ authorId, replyToUserId, mentions }: comment.Comment): readonly bigint[] => [
  authorId,
  replyToUserId,
  ...mentions.map(({ userId }) => userId),
];
