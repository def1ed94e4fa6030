import { Injectable } from '@nestjs/common';
import { type comment } from '@storey/contracts';
import { isAppError } from '@storey/errors';
import { Services } from '../services.js';

const TIMEOUT_MS = 150;
const MAX_MENTIONS = 20;
/** Not inside a word, an address or another name. */
const MENTION = /(?<![\p{L}\p{N}_.@])@([A-Za-z0-9_]{3,32})(?![A-Za-z0-9_])/gu;

type Mention = Pick<comment.Mention, 'userId' | 'username'>;

/** Who is meant by the `@username`s of a text. */
@Injectable()
export class Mentions {
  constructor(private readonly services: Services) {}

  /** Names nobody has are left as text; so are all when account-service does not answer. */
  async in(text: string): Promise<readonly Mention[]> {
    const usernames = namesIn(text);
    if (usernames.length === 0) return [];
    try {
      const { users } = await this.services.accounts.findUsers({ usernames }, { timeoutMs: TIMEOUT_MS });
      return users.map(({ id, username }) => ({ userId: id, username }));
    } catch (error) {
      if (!isAppError(error)) throw error;
      return [];
    }
  }
}

/** The first 20 different ones, folded as names are. */
export function namesIn(text: string): string[] {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(MENTION)) {
    if (names.size === MAX_MENTIONS) break;
    names.add(name.toLowerCase());
  }
  return [...names];
}
