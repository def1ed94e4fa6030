import { call, query } from '../api/client.js';
import { exchange } from '../api/exchange.js';
import { type Page } from '../api/page.js';
import { type Account, type User } from '../api/session.js';
import { session } from '../api/signed-in.js';
import { type Author, type Comment, type SubjectRef } from '../comments/comment.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly displayName?: string;
}

export type NotificationKind = 'reply' | 'mention' | 'like' | 'moderation' | 'tip';

export interface Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly at: string;
  readonly read: boolean;
  readonly comment: (Comment & { readonly subject: SubjectRef }) | null;
  readonly actors: readonly Author[];
  readonly count: number;
}

export interface NotificationPage extends Page {
  readonly notifications: readonly Notification[];
}

export async function enter(how: 'login' | 'register', credentials: Credentials): Promise<void> {
  session.set((await exchange('POST', `/auth/v1/${how}`, null, { body: credentials })) as Account);
}

/** This browser forgets at once, whatever the server says. */
export async function leave(): Promise<void> {
  try {
    await call('POST', '/auth/v1/logout');
  } finally {
    session.set(null);
  }
}

export async function rename(displayName: string): Promise<void> {
  const { user } = await call<{ user: User }>('PATCH', '/auth/v1/me', { body: { displayName } });
  if (session.value !== null) session.set({ ...session.value, user });
}

const notifications = '/web/v1/notifications';

export const listNotifications = (cursor: string | null): Promise<NotificationPage> =>
  call('GET', notifications + query({ cursor }));

export const countUnread = (): Promise<{ count: number }> => call('GET', `${notifications}/unread-count`);

export const markRead = (upTo: string): Promise<void> =>
  call('POST', `${notifications}/read`, { body: { upTo } });
