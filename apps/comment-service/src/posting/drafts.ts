import { hosts, type SubjectKey } from '@storey/comment';
import { type Records } from '../viewing/records.js';
import { type Views } from '../viewing/views.js';
import { type Caller } from '../caller.js';
import { type Draft } from './rule.js';

export interface DraftInit {
  readonly id: bigint;
  readonly author: Caller;
  readonly subject: SubjectKey;
  readonly parentId: bigint;
  readonly text: string;
}

/** Brings together what the rules look at. */
export class Drafts {
  readonly #views: Views;
  readonly #records: Records;

  constructor(views: Views, records: Records) {
    this.#views = views;
    this.#records = records;
  }

  /** @throws AppError `unavailable` when neither cache nor database knows the subject. */
  async of({ id, author, subject, parentId, text }: DraftInit): Promise<Draft> {
    const draft = { id, author, level: author.principal.level, parentId, text };
    const stored = await this.#records.subject(subject);
    // What its author changed of late can matter here alone to those who answer, or host.
    if (parentId === 0n && !hosts(author, stored.ownerId))
      return { ...draft, subject: stored, parent: undefined };
    return this.#views.as(async (view) => {
      const parent = parentId === 0n ? undefined : await view.readable(parentId);
      return { ...draft, subject: view.subject(stored), parent };
    });
  }
}
