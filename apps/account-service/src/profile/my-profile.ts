import { Injectable } from '@nestjs/common';
import { avatarUrl, displayName, email, profileChanged, type UserRow } from '@storey/account';
import { tokenInvalid } from '@storey/auth';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { caller } from '../caller.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';

export interface ProfileChange {
  readonly displayName?: string | undefined;
  /** '' takes it away, here and in `email`. */
  readonly avatarUrl?: string | undefined;
  readonly email?: string | undefined;
}

/** What the caller is to others. */
@Injectable()
export class MyProfile {
  constructor(
    private readonly store: Store,
    private readonly sources: Sources,
  ) {}

  async read(): Promise<UserRow> {
    const user = await this.store.users.byId(BigInt(caller().userId));
    if (!user) throw tokenInvalid();
    return user;
  }

  change(wanted: ProfileChange): Promise<UserRow> {
    const id = BigInt(caller().userId);
    const change = checked(wanted);
    return this.store.sql.transaction(
      async (tx) => {
        const user = await this.store.users.lock(tx, id);
        if (!user) throw tokenInvalid();
        const changed = { ...user, ...change };
        if (Object.keys(change).length === 0) return user;
        await this.store.users.update(tx, id, change);
        await enqueue(tx, [profileChanged(changed, this.sources.now())], this.sources.clock);
        return changed;
      },
      { notify: OUTBOX_TAG },
    );
  }
}

type Columns = Partial<Pick<UserRow, 'display_name' | 'avatar_url' | 'email'>>;

/** Only what was named. */
function checked(wanted: ProfileChange): Columns {
  return {
    ...(wanted.displayName !== undefined && { display_name: displayName(wanted.displayName) }),
    ...(wanted.avatarUrl !== undefined && { avatar_url: avatarUrl(wanted.avatarUrl) }),
    ...(wanted.email !== undefined && { email: email(wanted.email) }),
  };
}
