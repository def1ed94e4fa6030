import { type account, type comment } from '@storey/contracts';
import { type RpcClient } from '@storey/rpc';
import { type SkippedItem } from './import-state.js';
import { type PlannedComment, type PostPlan } from './post-plan.js';

const TIMEOUT_MS = 10_000;

/** The services that an import goes to. */
export class ImportTarget {
  constructor(
    private readonly accounts: RpcClient<typeof account.AccountService>,
    private readonly comments: RpcClient<typeof comment.CommentService>,
  ) {}

  /** @returns what the comment system would not take, with its reasons. Sending the same again adds nothing. */
  async send(
    { source, subject }: PostPlan,
    items: readonly PlannedComment[],
  ): Promise<readonly SkippedItem[]> {
    const authors = await this.#authors(source, items);
    const reply = await this.comments.import(
      {
        source,
        items: items.map(({ sourceKey, parentSourceKey, person, text, createdAtMs }) => ({
          sourceKey,
          subject,
          parentSourceKey,
          authorId: authors.get(person) ?? 0n,
          text,
          createdAtMs: BigInt(createdAtMs),
        })),
      },
      { timeoutMs: TIMEOUT_MS },
    );
    return reply.skipped.map(({ sourceKey, reason }) => ({ ref: sourceKey, reason }));
  }

  /** By person; the service answers in the order it was asked. */
  async #authors(source: string, items: readonly PlannedComment[]): Promise<ReadonlyMap<string, bigint>> {
    const people = new Map(items.map(({ person, displayName }) => [person, displayName]));
    const asked = [...people].map(([person, displayName]) => ({
      sourceKey: `${source}|${person}`,
      displayName,
    }));
    const { users } = await this.accounts.ensureUsers({ people: asked }, { timeoutMs: TIMEOUT_MS });
    return new Map([...people.keys()].map((person, i) => [person, users[i]?.id ?? 0n]));
  }
}
