import { canDecide, type CommentRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { invalidRequest, unprocessable, type AppError } from '@storey/errors';
import { requireModerator, type Caller } from '../caller.js';
import { commentNotFound } from '../errors.js';
import { type CommandLog, type NewCommand } from '../intake/command-log.js';
import { type Records } from '../viewing/records.js';
import { type View } from '../viewing/view.js';
import { type Views } from '../viewing/views.js';

const MAX_IDS = 100;
const MAX_REASON = 1000;

export interface NewDecision {
  readonly decision: comment.Decision;
  readonly reason: string;
}

export interface Decided {
  readonly accepted: number;
  readonly rejected: { readonly id: bigint; readonly code: string }[];
}

/** Accepted since the start, by decision. */
export type DecisionCounts = Record<'approve' | 'hide' | 'delete' | 'restore' | 'reject', number>;

/** Accepts what a moderator decides about comments. Judged by what the database says, with his own latest over it. */
export class Decide {
  readonly counts: DecisionCounts = { approve: 0, hide: 0, delete: 0, restore: 0, reject: 0 };
  readonly #views: Views;
  readonly #records: Records;
  readonly #log: CommandLog;

  constructor(views: Views, records: Records, log: CommandLog) {
    this.#views = views;
    this.#records = records;
    this.#log = log;
  }

  /** @throws AppError 403 to others, 404 COMMENT_NOT_FOUND, 422 for what can't be decided so. */
  one(id: bigint, made: NewDecision): Promise<void> {
    const actor = requireModerator();
    check(made);
    return this.#views.as(async (view) => {
      const record = (await this.#read([id], view)).get(id);
      const refused = refusal(record, made);
      if (refused) throw refused;
      if (!record) return;
      await this.#log.accept(this.#command(record, made, actor));
      this.counts[nameOf(made.decision)] += 1;
    });
  }

  /** Each for itself. @param ids at most 100. @throws AppError 403 to others. */
  many(ids: readonly bigint[], made: NewDecision): Promise<Decided> {
    const actor = requireModerator();
    check(made);
    if (ids.length > MAX_IDS)
      throw invalidRequest([{ path: '/ids', message: `may have ${MAX_IDS} entries` }]);
    const unique = [...new Set(ids)];
    return this.#views.as(async (view) => {
      const records = await this.#read(unique, view);
      const refused = new Map(unique.map((id) => [id, refusal(records.get(id), made)]));
      const accepted = [...records.values()].filter(({ id }) => !refused.get(id));
      if (accepted.length > 0)
        await this.#log.acceptAll(accepted.map((record) => this.#command(record, made, actor)));
      this.counts[nameOf(made.decision)] += accepted.length;
      const rejected = [...refused].flatMap(([id, error]) => (error ? [{ id, code: error.code }] : []));
      return { accepted: accepted.length, rejected };
    });
  }

  async #read(ids: readonly bigint[], view: View): Promise<ReadonlyMap<bigint, CommentRecord>> {
    const records = await this.#records.storedComments(ids);
    return new Map([...records].map(([id, record]) => [id, view.latest(record)]));
  }

  #command({ id: commentId, subject }: CommentRecord, made: NewDecision, actor: Caller): NewCommand {
    const { decision, reason } = made;
    const change = { case: 'decide', value: { commentId, decision, reason } } as const;
    return { id: this.#log.nextId(subject), subject, actor, change };
  }
}

function check({ decision, reason }: NewDecision): void {
  if (!(decision in comment.Decision && decision > 0))
    throw invalidRequest([{ path: '/decision', message: 'is no decision' }]);
  if ([...reason].length > MAX_REASON)
    throw invalidRequest([{ path: '/reason', message: `may have ${MAX_REASON} characters` }]);
}

const nameOf = (decision: comment.Decision): keyof DecisionCounts =>
  comment.Decision[decision].toLowerCase() as keyof DecisionCounts;

function refusal(record: CommentRecord | undefined, { decision }: NewDecision): AppError | undefined {
  if (!record) return commentNotFound();
  if (canDecide(record, decision)) return undefined;
  const state = comment.CommentState[record.state]?.toLowerCase();
  return unprocessable([{ path: '/decision', message: `is none for a comment that is ${state}` }]);
}
