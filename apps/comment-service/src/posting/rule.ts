import { type CommentRecord, type Person, type SubjectRecord } from '@storey/comment';

/** What is about to be posted. */
export interface Draft {
  readonly id: bigint;
  readonly author: Person;
  /** 0–6. */
  readonly level: number;
  readonly subject: SubjectRecord;
  /** 0 for a root. */
  readonly parentId: bigint;
  /** As its author sees it; absent when there is none, or none for him. */
  readonly parent: CommentRecord | undefined;
  /** Trimmed. */
  readonly text: string;
}

/** One reason not to accept a comment. */
export interface PostingRule {
  /** False for a rule that a first attempt under the same idempotency key has passed for all. */
  readonly holdsForRetries: boolean;
  /** @throws AppError with the reason. */
  check(draft: Draft): void | Promise<void>;
  /** Takes back what `check` noted down, when the comment was not accepted after all. */
  undo?(draft: Draft): Promise<void>;
}
