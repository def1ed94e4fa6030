import { profileChanged, type SagaRow } from '@storey/account';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { type Step } from './step.js';

/** Leaves of a user what others' things refer to: an id without a name. The username is free again. */
export class BlankProfile implements Step {
  readonly name = 'profile';

  constructor(
    private readonly store: Store,
    private readonly sources: Sources,
  ) {}

  async run({ user_id: id }: SagaRow): Promise<'done'> {
    const { users, sql } = this.store;
    await sql.transaction(
      async (tx) => {
        const user = await users.lock(tx, id);
        if (!user) return;
        const blank = {
          // Longer than a name that anybody can choose with these letters in front: ids have 17 digits at least.
          username: `deleted_${id}`,
          display_name: 'Deleted user',
          avatar_url: '',
          email: '',
          password_hash: null,
          role_bits: 0,
        };
        await users.update(tx, id, blank);
        await enqueue(tx, [profileChanged({ ...user, ...blank }, this.sources.now())], this.sources.clock);
      },
      { notify: OUTBOX_TAG },
    );
    return 'done';
  }
}
