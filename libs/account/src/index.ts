export type {
  AccountDb,
  ImportPersonTable,
  PointsEntryTable,
  PointsKind,
  SagaState,
  SagaTable,
  SessionTable,
  SigningKeyTable,
  TipState,
  TipTable,
  UserTable,
} from './account-db.js';
export { accountMigrations } from './migrations.js';
export { Users } from './users.js';
export type { UserRow } from './users.js';
export { Sessions } from './sessions.js';
export type { SessionRow } from './sessions.js';
export { Points } from './points.js';
export type { PointsEntry } from './points.js';
export { Tips, ownKey } from './tips.js';
export type { TipRow } from './tips.js';
export { Sagas } from './sagas.js';
export type { SagaRow } from './sagas.js';
export { SigningKeys } from './signing-keys.js';
export type { SigningKeyRow } from './signing-keys.js';
export { ImportPeople, sourceHash } from './import-people.js';
export { REVOCATION_EPOCH, REVOCATION_LIST, REVOCATION_TTL_MS, revocationMember } from './revocations.js';
export type { Revocation, Revoked } from './revocations.js';
export { newRefreshToken, parseRefreshToken } from './refresh-token.js';
export type { RefreshToken } from './refresh-token.js';
export { roleBits, rolesOf, rolesTakenAway } from './roles.js';
export {
  avatarUrl,
  displayName,
  email,
  foldUsername,
  importedDisplayName,
  isUsername,
  normalPassword,
  password,
  username,
} from './rules.js';
export { USER_EVENTS, firstVisit, profileChanged, registered } from './user-events.js';
export { toUser } from './to-user.js';
