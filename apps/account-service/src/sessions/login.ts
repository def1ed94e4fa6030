import { Injectable } from '@nestjs/common';
import { foldUsername, isUsername, type UserRow } from '@storey/account';
import { credentialsInvalid } from '../errors.js';
import { GuardedPasswords } from '../passwords/guarded-passwords.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';
import { SessionIssuer, type Issue, type SessionReply } from './session-issuer.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Begins a session for who knows the password. */
@Injectable()
export class Login {
  constructor(
    private readonly store: Store,
    private readonly passwords: GuardedPasswords,
    private readonly issuer: SessionIssuer,
    private readonly sources: Sources,
  ) {}

  async execute({ username, password }: Credentials): Promise<SessionReply> {
    const name = foldUsername(username);
    const user = isUsername(name) ? await this.store.users.byUsername(name) : undefined;
    await this.passwords.check(name, password, user?.password_hash);
    if (!user) throw credentialsInvalid();
    return this.issuer.reply(await this.#open(user));
  }

  /** @param verified as it was when the password was checked; changed or given up since, the password is wrong. */
  #open(verified: UserRow): Promise<Issue> {
    const at = this.sources.now();
    return this.store.sql.transaction(async (tx) => {
      const user = await this.store.users.lock(tx, verified.id);
      if (user?.password_hash !== verified.password_hash || user.deletion_id !== 0n)
        throw credentialsInvalid();
      return { user, refreshToken: await this.issuer.begin(tx, user.id, at), at };
    });
  }
}
