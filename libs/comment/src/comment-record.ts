import { type Mention } from './content/mentions.js';
import { type SubjectKey } from './subject-key.js';

/** A comment whole, as it is read and cached: its place, its words and its counts in one value. */
export interface CommentRecord {
  readonly id: bigint;
  readonly subjectId: bigint;
  readonly subject: SubjectKey;
  /** 0 on a root, as is `parentId`. */
  readonly rootId: bigint;
  readonly parentId: bigint;
  /** 0 for a rejected comment. */
  readonly floor: bigint;
  /** `CommentState` of the contract. */
  readonly state: number;
  /** In the lists: visible, or a tombstone with visible replies. */
  readonly shown: boolean;
  readonly authorId: bigint;
  /** Author of the parent, on a reply to a reply; else 0. */
  readonly replyToUserId: bigint;
  readonly pinned: boolean;
  readonly createdAt: bigint;
  /** 0 when never edited. */
  readonly editedAt: bigint;
  /** Id of the last command that changed it; reactions have their own. */
  readonly version: bigint;
  readonly reasonCode: string;
  /** Why it waits, or waited, in review; empty when it never did. */
  readonly reviewReason: string;
  readonly text: string;
  readonly html: string;
  readonly mentions: readonly Mention[];
  readonly likes: bigint;
  readonly dislikes: bigint;
  /** Visible ones: of a root, all under it; of a reply, its direct children. */
  readonly replies: bigint;
  /** Of a root: the highest floor given under it. */
  readonly replyFloor: bigint;
  /** People who reported it. What is served may be behind: moderators read what is stored. */
  readonly reports: bigint;
}

/** A subject as it is read and cached. */
export interface SubjectRecord extends SubjectKey {
  readonly id: bigint;
  /** `SubjectState` of the contract. */
  readonly state: number;
  readonly policyMode: string;
  readonly minLevel: number;
  /** 0 until set. */
  readonly ownerId: bigint;
  readonly title: string;
  readonly url: string;
  readonly roots: bigint;
  readonly all: bigint;
  /** The highest floor given to a root. */
  readonly rootFloor: bigint;
  /** Rises by one with each event. */
  readonly version: bigint;
  /** Its pinned roots, the latest first. */
  readonly pinnedIds: readonly bigint[];
  /** Id of the last command that was about the subject itself or its pins. */
  readonly changedBy: bigint;
}
