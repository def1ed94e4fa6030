import { Injectable } from '@nestjs/common';
import { displayName, email, password, registered, username, type AccountDb } from '@storey/account';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { isUniqueViolation } from '@storey/sql';
import { type Transaction } from 'kysely';
import { usernameTaken } from '../errors.js';
import { SessionIssuer, type Issue, type SessionReply } from '../sessions/session-issuer.js';
import { Store } from '../store.js';
import { Sources } from '../sources.js';
import { Passwords } from '../passwords/passwords.js';
import { newUser, type NewUser } from './new-user.js';

export interface Registration {
  readonly username: string;
  readonly password: string;
  /** '' = as the username. */
  readonly displayName: string;
  readonly email: string;
}

/** A new user, signed in. */
@Injectable()
export class Register {
  constructor(
    private readonly store: Store,
    private readonly passwords: Passwords,
    private readonly issuer: SessionIssuer,
    private readonly sources: Sources,
  ) {}

  async execute(registration: Registration): Promise<SessionReply> {
    const wanted = checked(registration);
    if (await this.store.users.byUsername(wanted.username)) throw usernameTaken();
    const hash = await this.passwords.hash(wanted.password);
    const at = this.sources.now();
    const user = newUser({
      id: this.sources.newUserId(),
      username: wanted.username,
      display_name: wanted.displayName,
      email: wanted.email,
      password_hash: hash,
      created_at: at,
    });
    return this.issuer.reply(await this.#save(user, at));
  }

  async #save(user: NewUser, at: bigint): Promise<Issue> {
    try {
      return await this.store.sql.transaction((tx) => this.#insert(tx, user, at), { notify: OUTBOX_TAG });
    } catch (error) {
      throw isUniqueViolation(error) ? usernameTaken(error) : error;
    }
  }

  async #insert(tx: Transaction<AccountDb>, user: NewUser, at: bigint): Promise<Issue> {
    await this.store.users.insert(tx, [user]);
    const refreshToken = await this.issuer.begin(tx, user.id, at);
    await enqueue(tx, [registered(user, at)], this.sources.clock);
    return { user, refreshToken, at };
  }
}

function checked(wanted: Registration): Registration {
  const name = username(wanted.username);
  return {
    username: name,
    password: password(wanted.password),
    displayName: wanted.displayName === '' ? name : displayName(wanted.displayName),
    email: email(wanted.email),
  };
}
