import { duplicateKey, subjectKey } from '@storey/comment';
import { AppError } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { type Draft, type PostingRule } from './rule.js';

const WINDOW_MS = 60_000;

/** The same author says the same under the same subject once a minute. */
export class NotSaidBefore implements PostingRule {
  readonly holdsForRetries = false;
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  async check(draft: Draft): Promise<void> {
    const own = Buffer.from(String(draft.id));
    const there = await this.#kv.setIfAbsent(keyOf(draft), own, { ttlMs: WINDOW_MS });
    // A verb that was sent twice meets its own first write.
    if (there === undefined || own.equals(there)) return;
    throw new AppError({
      kind: 'conflict',
      code: 'COMMENT_DUPLICATE',
      message: 'You said just this a moment ago.',
      details: { extra: { commentId: Buffer.from(there).toString() } },
    });
  }

  async undo(draft: Draft): Promise<void> {
    await this.#kv.compareAndDelete(keyOf(draft), Buffer.from(String(draft.id)));
  }
}

const keyOf = ({ author, subject, text }: Draft): string =>
  duplicateKey(author.userId, subjectKey(subject), text);
