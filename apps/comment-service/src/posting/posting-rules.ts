import { type Kv } from '@storey/kv';
import { LevelHighEnough } from './level-high-enough.js';
import { NotSaidBefore } from './not-said-before.js';
import { ParentAnswerable } from './parent-answerable.js';
import { PostLimit } from './post-limit.js';
import { type Draft, type PostingRule } from './rule.js';
import { SubjectOpen } from './subject-open.js';

/** All rules in their order. The one that notes something down is last, so that a refusal leaves nothing behind. */
export class PostingRules {
  readonly #rules: readonly PostingRule[];

  constructor(rules: readonly PostingRule[]) {
    this.#rules = rules;
  }

  /** @param limits false turns the limits off, and only them. */
  static standard(kv: Kv, limits: boolean): PostingRules {
    return new PostingRules([
      ...(limits ? [new PostLimit(kv)] : []),
      new SubjectOpen(),
      new LevelHighEnough(),
      new ParentAnswerable(),
      new NotSaidBefore(kv),
    ]);
  }

  /** @throws AppError of the first rule that objects. */
  async check(draft: Draft, { retried }: { readonly retried: boolean }): Promise<void> {
    for (const rule of this.#rules) {
      if (!retried || rule.holdsForRetries) await rule.check(draft);
    }
  }

  async undo(draft: Draft): Promise<void> {
    for (const rule of this.#rules) await rule.undo?.(draft);
  }
}
