import { type DeadLetterTables } from '@storey/outbox';
import { type ScheduleTables } from '@storey/schedule';

/** One row per thing commented on. Times are epoch ms, here and below. */
export interface SubjectTable {
  id: bigint;
  type: string;
  oid: string;
  /** `SubjectState` of the contract. */
  state: number;
  /** `post_then_review` or `review_then_post`. */
  policy_mode: string;
  /** 0–6. */
  min_level: number;
  /** 0 until an administrator sets it. */
  owner_id: bigint;
  title: string;
  url: string;
  /** Visible roots. */
  roots: bigint;
  /** Visible roots and replies. */
  all_: bigint;
  /** The floor that was given last. */
  root_floor: bigint;
  /** Rises by one with each event of the subject. */
  version: bigint;
  /** Ids of its pinned roots, the latest first, with commas between. */
  pinned_ids: string;
  /** Id of the last command that was about the subject itself or its pins. */
  changed_by: bigint;
  created_at: bigint;
}

/** Where a comment stands and who may see it. */
export interface IndexTable {
  id: bigint;
  subject_id: bigint;
  /** 0 on a root. */
  root_id: bigint;
  /** 0 on a root. */
  parent_id: bigint;
  /** `null` for a rejected comment, which never got one. */
  floor: bigint | null;
  /** `CommentState` of the contract. */
  state: number;
  /** 1: in the lists; a visible comment, or a tombstone with visible replies. */
  shown: number;
  author_id: bigint;
  /** Author of the parent, on a reply to a reply; else 0. */
  reply_to_user_id: bigint;
  pinned: number;
  created_at: bigint;
  /** 0 when never edited. */
  edited_at: bigint;
  /** Id of the last command that changed it; a reaction does not. */
  version: bigint;
  reason_code: string;
  /** Why it waits, or waited, for a moderator; empty when it never did. */
  review_reason: string;
}

/** What was said. Has the id of its index row, and is written first. */
export interface ContentTable {
  id: bigint;
  text: string;
  /** Rendered and sanitised when it was written. */
  html: string;
  /** JSON: `[["<user id>","<username>"], …]`. */
  mentions: string;
}

/** What moves with every click, apart from what stays. */
export interface CountTable {
  id: bigint;
  subject_id: bigint;
  root_id: bigint;
  likes: bigint;
  dislikes: bigint;
  /** Of a root: all visible under it. Of a reply: its visible direct children. */
  replies: bigint;
  /** Of a root: the floor that was given last under it. */
  reply_floor: bigint;
  /** `hotScore`; 0 for what is not visible or not liked. */
  score: number;
  /** People who reported it. */
  reports: bigint;
}

export interface ReactionTable {
  comment_id: bigint;
  /** Where the comment stands. */
  subject_id: bigint;
  user_id: bigint;
  /** `Reaction` of the contract; 1 (none) is kept, for its version. */
  value: number;
  /** Id of the command that set it. The greatest stands. */
  version: bigint;
}

/** Texts that an edit replaced. */
export interface EditTable {
  /** Id of the command that replaced it. */
  id: bigint;
  comment_id: bigint;
  text: string;
  at: bigint;
}

/** A command whose comment has not come yet: it was accepted, and came by a faster way. */
export interface ParkedTable {
  /** Of the command. */
  id: bigint;
  /** What it waits for. */
  comment_id: bigint;
  /** As it stands in the log. */
  key: string;
  value: Uint8Array;
  parked_at: bigint;
}

/** One per user and comment. */
export interface ReportTable {
  comment_id: bigint;
  user_id: bigint;
  /** Id of the command that brought it. */
  id: bigint;
  /** `spam`, `abuse`, `spoiler`, `illegal` or `other`. */
  reason: string;
  note: string;
  at: bigint;
}

/** The comments in review, of all shards. */
export interface ReviewTable {
  comment_id: bigint;
}

/** The comments with reports that nobody judged yet, of all shards. */
export interface ReportedTable {
  comment_id: bigint;
  reports: bigint;
}

/** What moderators and owners did to comments of others. */
export interface AuditTable {
  /** Of the command that did it. */
  id: bigint;
  comment_id: bigint;
  /** `approve`, `hide`, `delete`, `restore` or `reject`. */
  action: string;
  actor_id: bigint;
  reason: string;
  at: bigint;
}

/** In the shard of the user. One per user, comment, kind and cause. */
export interface NotificationTable {
  id: bigint;
  user_id: bigint;
  /** `reply`, `mention`, `like`, `moderation` or `tip`. */
  kind: string;
  /** Carries the shard of its subject. */
  comment_id: bigint;
  actor_id: bigint;
  at: bigint;
  read: number;
  /** What of several such causes it was, e.g. the id of a tip; 0 where one notice stands for all. */
  cause_id: bigint;
}

/** This side of a tip, in the shard of the comment. */
export interface TipTable {
  /** Account-service's. */
  tip_id: bigint;
  comment_id: bigint;
  /** 0 where it was cancelled before it was tried, here and in `author_id`. */
  from_user_id: bigint;
  author_id: bigint;
  state: TipState;
  at: bigint;
}

export type TipState = 'tried' | 'confirmed' | 'cancelled';

/** Which item of an import became which comment. */
export interface ImportItemTable {
  source: string;
  source_key: string;
  comment_id: bigint;
}

/** The database of comments: sharded tables by number, see `tableFor` of `@storey/sql`. */
export interface CommentDb extends DeadLetterTables, ScheduleTables {
  [subject: `comment_subject_${number}`]: SubjectTable;
  [index: `comment_index_${number}`]: IndexTable;
  [content: `comment_content_${number}`]: ContentTable;
  [count: `comment_count_${number}`]: CountTable;
  [reaction: `comment_reaction_${number}`]: ReactionTable;
  [edit: `comment_edit_${number}`]: EditTable;
  [parked: `comment_parked_${number}`]: ParkedTable;
  [report: `comment_report_${number}`]: ReportTable;
  [notification: `notification_${number}`]: NotificationTable;
  [tip: `comment_tip_${number}`]: TipTable;
  comment_review: ReviewTable;
  comment_reported: ReportedTable;
  comment_audit: AuditTable;
  import_item: ImportItemTable;
}
