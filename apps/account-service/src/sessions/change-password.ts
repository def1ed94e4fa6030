import { Injectable } from '@nestjs/common';
import { password, type Revoked } from '@storey/account';
import { tokenInvalid } from '@storey/auth';
import { caller } from '../caller.js';
import { credentialsInvalid } from '../errors.js';
import { GuardedPasswords } from '../passwords/guarded-passwords.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';
import { RevocationNews } from './revocation-news.js';

const PAGE = 1000;

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
}

/** Sets a new password and ends the user's other sessions: whoever knew the old one is out. */
@Injectable()
export class ChangePassword {
  constructor(
    private readonly store: Store,
    private readonly passwords: GuardedPasswords,
    private readonly news: RevocationNews,
    private readonly sources: Sources,
  ) {}

  async execute({ current, next }: PasswordChange): Promise<void> {
    const { userId, sessionId } = caller();
    const wanted = password(next, '/next');
    const user = await this.store.users.byId(BigInt(userId));
    if (!user) throw tokenInvalid();
    await this.passwords.check(user.username, current, user.password_hash);
    const hash = await this.passwords.hash(wanted);
    const at = this.sources.now();
    await this.store.sql.transaction(async (tx) => {
      const locked = await this.store.users.lock(tx, user.id);
      if (locked?.password_hash !== user.password_hash) throw credentialsInvalid();
      await this.store.users.update(tx, user.id, { password_hash: hash });
      await this.store.sessions.revokeOthers(tx, user.id, BigInt(sessionId), at);
    });
    await this.#tell(user.id, at);
  }

  /** Not waited for beyond a try: the password is changed, and telling that it is not would be a lie. */
  async #tell(userId: bigint, since: bigint): Promise<void> {
    let after: Revoked | undefined;
    do {
      const page = await this.store.sessions.revokedSince(since, after, PAGE, userId);
      await this.news.spreadSoon(page.map((row) => ({ target: 'session', ...row })));
      after = page.length === PAGE ? page.at(-1) : undefined;
    } while (after);
  }
}
