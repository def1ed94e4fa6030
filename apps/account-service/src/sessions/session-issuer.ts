import { Injectable } from '@nestjs/common';
import {
  newRefreshToken,
  rolesOf,
  toUser,
  type AccountDb,
  type RefreshToken,
  type UserRow,
} from '@storey/account';
import { signAccessToken } from '@storey/auth';
import { type MessageInitShape } from '@bufbuild/protobuf';
import { type account } from '@storey/contracts';
import { type Transaction } from 'kysely';
import { KeyRing } from '../keys/key-ring.js';
import { ACCESS_TOKEN_SECONDS, SESSION_MS } from '../lifetimes.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';

export type SessionReply = MessageInitShape<typeof account.SessionReplySchema>;

export interface Issue {
  readonly user: UserRow;
  readonly refreshToken: RefreshToken;
  /** Taken before `user` was read: a role that was taken away in between voids the token. Ms. */
  readonly at: bigint;
}

/** Begins sessions and signs what their owners show. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly store: Store,
    private readonly keys: KeyRing,
    private readonly sources: Sources,
  ) {}

  /** A new session's row, and its first refresh token. */
  async begin(tx: Transaction<AccountDb>, userId: bigint, at: bigint): Promise<RefreshToken> {
    const token = newRefreshToken(this.sources.newSessionId(), this.sources.random);
    await this.store.sessions.insert(tx, {
      id: token.sessionId,
      user_id: userId,
      family_hash: token.familyHash,
      refresh_hash: token.ownHash,
      generation: 0,
      created_at: at,
      rotated_at: at,
      expires_at: at + BigInt(SESSION_MS),
      revoked_at: null,
    });
    return token;
  }

  async reply({ user, refreshToken, at }: Issue): Promise<SessionReply> {
    const principal = {
      userId: String(user.id),
      sessionId: String(refreshToken.sessionId),
      roles: rolesOf(user.role_bits),
      level: user.level,
    };
    const accessToken = await signAccessToken(await this.keys.current(), {
      principal,
      ttlSeconds: ACCESS_TOKEN_SECONDS,
      issuedAtMs: issuedAtMs(user, at),
    });
    return {
      user: toUser(user),
      accessToken,
      refreshToken: refreshToken.text,
      expiresInSeconds: ACCESS_TOKEN_SECONDS,
    };
  }
}

/** The row was read after older tokens were voided, so this one is not among them even in the same millisecond. */
const issuedAtMs = ({ tokens_not_before: notBefore }: UserRow, at: bigint): number =>
  Number(at > notBefore ? at : notBefore);
