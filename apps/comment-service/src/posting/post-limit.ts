import { rateLimited } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { type Draft, type PostingRule } from './rule.js';

const QUOTA = { limit: 20, windowMs: 10_000, cost: 1 };

/** 20 posts in 10 s a user. */
export class PostLimit implements PostingRule {
  readonly holdsForRetries = false;
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  async check({ author }: Draft): Promise<void> {
    const { allowed, retryAfterMs } = await this.#kv.takeQuota(`{q:${author.userId}}:post`, QUOTA);
    if (!allowed) throw rateLimited(Math.ceil(retryAfterMs / 1000));
  }
}
