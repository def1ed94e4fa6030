import { type UserRow } from '@storey/account';

export type NewUser = UserRow;

type Given = Pick<UserRow, 'id' | 'username' | 'display_name' | 'created_at' | 'password_hash'> &
  Partial<Pick<UserRow, 'email' | 'role_bits'>>;

/** A user as everybody begins: level 0, no points. */
export const newUser = (given: Given): NewUser => ({
  avatar_url: '',
  email: '',
  level: 0,
  role_bits: 0,
  points: 0n,
  roles_changed_at: given.created_at,
  tokens_not_before: 0n,
  deletion_id: 0n,
  ...given,
});
