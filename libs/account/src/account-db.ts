import { type ColumnType } from 'kysely';
import { type OutboxTables } from '@storey/outbox';
import { type ScheduleTables } from '@storey/schedule';

/** Times are ms since 1970. */
export interface UserTable {
  id: bigint;
  /** Folded to lower case. */
  username: string;
  display_name: string;
  /** '' = none, here and in `email`. */
  avatar_url: string;
  email: string;
  /** A PHC string; `null` for people who never registered (authors of imported comments). */
  password_hash: string | null;
  /** 0–6. */
  level: number;
  /** See `roles.ts`. */
  role_bits: number;
  /** The sum of what `points_entry` says of this user. Never below 0. */
  points: bigint;
  created_at: bigint;
  roles_changed_at: bigint;
  /** Access tokens of this user that were issued before are refused; 0 = none are. */
  tokens_not_before: bigint;
  /** The saga that deletes this account: nobody signs in to it. 0 = none. */
  deletion_id: ColumnType<bigint, bigint | undefined, bigint>;
}

export interface SessionTable {
  id: bigint;
  user_id: bigint;
  /** SHA-256 of the part that every refresh token of this session shares: it tells a spent token from an invented one. */
  family_hash: string;
  /** SHA-256 of the one refresh token that is good now. */
  refresh_hash: string;
  /** Rotations so far. */
  generation: number;
  created_at: bigint;
  /** When the last tokens were given out. */
  rotated_at: bigint;
  expires_at: bigint;
  revoked_at: bigint | null;
}

export interface SigningKeyTable {
  kid: string;
  /** JSON. Leaves the database for the process that signs, and nowhere else. */
  private_jwk: string;
  state: 'next' | 'active' | 'retired';
  created_at: bigint;
  /** When it began to sign; 0 while it is next. */
  activated_at: bigint;
  /** A retired key is published until then; 0 before. */
  not_after: bigint;
}

export interface ImportPersonTable {
  /** SHA-256 of what the source calls the person: bounded, and no list of e-mail addresses. */
  source_hash: string;
  user_id: bigint;
}

/** How far the deletion of an account has come. */
export interface SagaTable {
  /** Not to be guessed: whoever knows it may watch. */
  id: bigint;
  user_id: bigint;
  state: SagaState;
  /** Number of the step that runs; when it is undone: that is undone next. */
  step: number;
  /** What the step wants to find again when it goes on; '' when it begins. */
  note: string;
  created_at: bigint;
  /** When somebody takes it on; `null` when it has ended. */
  due_at: bigint | null;
}

export type SagaState = 'running' | 'undoing' | 'done' | 'cancelled';

/** Why points came or went. Only added to. One per user, kind and reference. */
export interface PointsEntryTable {
  user_id: bigint;
  kind: PointsKind;
  /** The day of a visit, the id of a tip. */
  ref: string;
  amount: bigint;
  at: bigint;
}

/** `tip`: put aside by whoever gives it; `tip_back`: it was cancelled; `tipped`: it was given to this user. */
export type PointsKind = 'visit' | 'tip' | 'tip_back' | 'tipped';

export interface TipTable {
  id: bigint;
  from_user: bigint;
  /** 0 until comment-service has said whose comment it is. */
  to_user: bigint;
  comment_id: bigint;
  /** 1–100. */
  points: number;
  state: TipState;
  /** What the giver calls it; `#<id>` when he did not say, or may use the name again. One per giver. */
  request_key: string;
  created_at: bigint;
  /** When the sweep takes it on; `null` when it has ended. */
  due_at: bigint | null;
}

/** `trying`: points are put aside; the two in the middle: decided, and comment-service is to be told. */
export type TipState = 'trying' | 'confirming' | 'cancelling' | 'done' | 'cancelled';

export interface AccountDb extends OutboxTables, ScheduleTables {
  user: UserTable;
  session: SessionTable;
  signing_key: SigningKeyTable;
  import_person: ImportPersonTable;
  points_entry: PointsEntryTable;
  tip: TipTable;
  saga: SagaTable;
}
