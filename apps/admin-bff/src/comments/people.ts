import { Injectable } from '@nestjs/common';
import { type account, type comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { Services } from '../services.js';

/** Names may come late; a comment without them can still be judged. */
const TIMEOUT_MS = 150;

export type UsersById = ReadonlyMap<bigint, account.User>;

/** Whom a comment speaks of. */
@Injectable()
export class People {
  constructor(private readonly services: Services) {}

  /** Whoever is not known, or not told in time, is left out. */
  async of({ authorId, replyToUserId, mentions }: comment.Comment): Promise<UsersById> {
    const all = [authorId, replyToUserId, ...mentions.map(({ userId }) => userId)];
    const ids = [...new Set(all)].filter((id) => id !== 0n).slice(0, 200);
    try {
      const { users } = await this.services.accounts.batchGetUsers({ ids }, { timeoutMs: TIMEOUT_MS });
      return new Map(users.map((user) => [user.id, user]));
    } catch (error) {
      if (!isAppError(error)) throw error;
      return new Map();
    }
  }
}
