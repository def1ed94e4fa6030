import { Injectable } from '@nestjs/common';
import {
  newRefreshToken,
  parseRefreshToken,
  type AccountDb,
  type RefreshToken,
  type SessionRow,
} from '@storey/account';
import { type Transaction } from 'kysely';
import { sessionRevoked } from '../errors.js';
import { SESSION_MS } from '../lifetimes.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';
import { RevocationNews } from './revocation-news.js';
import { SessionIssuer, type Issue, type SessionReply } from './session-issuer.js';

type Outcome = { readonly issue: Issue } | { readonly issue: undefined; readonly revoked: readonly bigint[] };

const NOTHING: Outcome = { issue: undefined, revoked: [] };

/** New tokens for a refresh token, which is spent by it. A spent one shown again means that two hold it: nobody may go on. */
@Injectable()
export class Refresh {
  constructor(
    private readonly store: Store,
    private readonly issuer: SessionIssuer,
    private readonly news: RevocationNews,
    private readonly sources: Sources,
  ) {}

  async execute(text: string): Promise<SessionReply> {
    const token = parseRefreshToken(text);
    if (!token) throw sessionRevoked();
    const at = this.sources.now();
    const outcome = await this.store.sql.transaction((tx) => this.#spend(tx, token, at));
    if (outcome.issue) return this.issuer.reply(outcome.issue);
    await this.news.spreadSoon(outcome.revoked.map((id) => ({ target: 'session', id, at })));
    throw sessionRevoked();
  }

  /** Returns a refusal instead of throwing it: the revocation has to be committed. */
  async #spend(tx: Transaction<AccountDb>, token: RefreshToken, at: bigint): Promise<Outcome> {
    const session = await this.store.sessions.lock(tx, token.sessionId);
    if (!session || !isAlive(session, at) || session.family_hash !== token.familyHash) return NOTHING;
    if (session.refresh_hash !== token.ownHash) {
      await this.store.sessions.update(tx, session.id, { revoked_at: at });
      return { issue: undefined, revoked: [session.id] };
    }
    const user = await this.store.users.within(tx, session.user_id);
    if (!user) return NOTHING;
    const next = newRefreshToken(session.id, this.sources.random, token);
    await this.store.sessions.update(tx, session.id, {
      refresh_hash: next.ownHash,
      generation: session.generation + 1,
      rotated_at: at,
      expires_at: at + BigInt(SESSION_MS),
    });
    return { issue: { user, refreshToken: next, at } };
  }
}

const isAlive = (session: SessionRow, at: bigint): boolean =>
  session.revoked_at === null && session.expires_at > at;
