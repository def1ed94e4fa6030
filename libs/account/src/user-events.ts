import { create, toBinary } from '@bufbuild/protobuf';
import { currentContext } from '@storey/context';
import { userEvents } from '@storey/contracts';
import { type TopicSpec } from '@storey/events';
import { type OutboxMessage } from '@storey/outbox';
import { rolesOf } from './roles.js';
import { type UserRow } from './users.js';

/** Keyed by user. */
export const USER_EVENTS: TopicSpec = {
  name: 'user.events.v1',
  partitions: 12,
  retentionMs: 7 * 24 * 3_600_000,
};

type Named = Pick<UserRow, 'id' | 'username' | 'display_name'>;
type Profile = Pick<UserRow, 'id' | 'display_name' | 'avatar_url' | 'level' | 'role_bits'>;

export function registered({ id, username, display_name }: Named, atMs: bigint): OutboxMessage {
  const value = { username, displayName: display_name };
  return message(
    create(userEvents.UserEventSchema, { ...about(id, atMs), event: { case: 'registered', value } }),
  );
}

export function profileChanged(user: Profile, atMs: bigint): OutboxMessage {
  const { id, display_name: displayName, avatar_url: avatarUrl, level, role_bits } = user;
  const value = { displayName, avatarUrl, level, roles: [...rolesOf(role_bits)] };
  return message(
    create(userEvents.UserEventSchema, { ...about(id, atMs), event: { case: 'profileChanged', value } }),
  );
}

/** @param date `YYYY-MM-DD` where the user is. */
export function firstVisit(userId: bigint, date: string, atMs: bigint): OutboxMessage {
  const event = { case: 'firstVisit', value: { date } } as const;
  return message(create(userEvents.UserEventSchema, { ...about(userId, atMs), event }));
}

const about = (userId: bigint, atMs: bigint) => ({ userId, atMs, traceId: currentContext().traceId });

const message = (event: userEvents.UserEvent): OutboxMessage => ({
  topic: USER_EVENTS.name,
  key: String(event.userId),
  value: toBinary(userEvents.UserEventSchema, event),
});
