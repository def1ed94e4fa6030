import { type account } from '@storey/contracts';
import { required } from '../comments/required.js';

export interface UserJson {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly level: number;
  readonly roles: readonly string[];
  readonly points: number;
}

export function userJson(given: account.User | undefined): UserJson {
  const user = required(given, 'user');
  return {
    id: String(user.id),
    username: user.username,
    displayName: user.displayName,
    avatarUrl: user.avatarUrl || null,
    level: user.level,
    roles: user.roles,
    points: Number(user.points),
  };
}

export interface SessionJson {
  readonly user: UserJson;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export const sessionJson = (session: account.SessionReply): SessionJson => ({
  user: userJson(session.user),
  accessToken: session.accessToken,
  refreshToken: session.refreshToken,
  expiresIn: session.expiresInSeconds,
});
