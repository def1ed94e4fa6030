import { type SagaRow } from '@storey/account';
import { type RevocationNews } from '../sessions/revocation-news.js';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { type Step } from './step.js';

/** Ends every session: who is being deleted writes no more. Sessions stay ended when it is taken back; he may sign in anew. */
export class CloseAccount implements Step {
  readonly name = 'sessions';

  constructor(
    private readonly store: Store,
    private readonly news: Pick<RevocationNews, 'spread'>,
    private readonly sources: Sources,
  ) {}

  async run({ user_id: id }: SagaRow): Promise<'done'> {
    const { users, sessions, sql } = this.store;
    const at = this.sources.now();
    // One more, as a token may have been given out in this very millisecond.
    const notBefore = at + 1n;
    await sql.transaction(async (tx) => {
      await users.update(tx, id, { tokens_not_before: notBefore });
      await sessions.revokeOthers(tx, id, 0n, at);
    });
    await this.news.spread([{ target: 'user', id, at: notBefore }]);
    return 'done';
  }

  async undo({ id, user_id }: SagaRow): Promise<void> {
    const { users, sql } = this.store;
    await sql.transaction(async (tx) => {
      const user = await users.lock(tx, user_id);
      // Run again when its owner has begun anew, it opens nothing.
      if (user?.deletion_id === id) await users.update(tx, user_id, { deletion_id: 0n });
    });
  }
}
