import { type MessageInitShape } from '@bufbuild/protobuf';
import { type account } from '@storey/contracts';
import { rolesOf } from './roles.js';
import { type UserRow } from './users.js';

/** What others may know of a user. */
export function toUser(row: UserRow): MessageInitShape<typeof account.UserSchema> {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    level: row.level,
    roles: [...rolesOf(row.role_bits)],
    points: row.points,
  };
}
