export type {
  AuditTable,
  CommentDb,
  ContentTable,
  CountTable,
  EditTable,
  ImportItemTable,
  IndexTable,
  NotificationTable,
  ParkedTable,
  ReactionTable,
  ReportTable,
  SubjectTable,
  TipState,
} from './comment-db.js';
export { commentMigrations } from './migrations.js';
export { commentShardedTables } from './sharded-tables.js';
export {
  BACKFILL_TOPIC,
  COMMANDS_TOPIC,
  EVENTS_TOPIC,
  RETENTION_MS,
  WRITER_GROUP,
  commentTopics,
} from './topics.js';
export { parseSubjectKey, shardOfSubject, shardOfUser, subjectKey } from './subject-key.js';
export type { SubjectKey } from './subject-key.js';
export {
  duplicateKey,
  hotEpochKey,
  hotKey,
  overlayKey,
  reservationKey,
  REMEMBERS_KEY,
  WAITED_FOR_KEY,
} from './kv-keys.js';
export { recordCodec } from './record-codec.js';
export type { CommentRecord, SubjectRecord } from './comment-record.js';
export { CACHE_NAMES, commentCaches, commentSources } from './caches.js';
export type { CommentCacheOptions, CommentCaches, CommentSources } from './caches.js';
export { CHUNK_FLOORS, chunkId, chunkOf, isChunkId, parseChunkId } from './place-chunks.js';
export type { ChunkOf, ListOf, Place } from './place-chunks.js';
export { NO_REACTIONS, ownReactionsId } from './own-reactions.js';
export type { OwnReaction, OwnReactions } from './own-reactions.js';
export { commentIndex, searchDocument, searchState } from './search-index.js';
export { toRecord } from './to-record.js';
export type { JoinedRow } from './to-record.js';
export { isUsual, toComment, toSubject, viewerOf } from './to-comment.js';
export type { ViewerOf, Viewing } from './to-comment.js';

export { Subjects, defaultSubject } from './repositories/subjects.js';
export { Comments } from './repositories/comments.js';
export type { ScannedComment } from './repositories/comments.js';
export { CommentIds } from './repositories/comment-ids.js';
export { Listings } from './repositories/listings.js';
export type { PageOf } from './repositories/listings.js';
export { MAX_RANKED, Rankings } from './repositories/rankings.js';
export { Reactions } from './repositories/reactions.js';
export { Notifications } from './repositories/notifications.js';
export type { NotificationKind, NotificationRecord } from './repositories/notifications.js';
export { Worklists } from './repositories/worklists.js';
export { CaseFiles } from './repositories/case-files.js';
export { Authored } from './repositories/authored.js';
export type { AuthoredComment } from './repositories/authored.js';
export { Tips } from './repositories/tips.js';
export type { TipKey, TipRecord } from './repositories/tips.js';
export { AppliedCommands } from './repositories/applied-commands.js';
export { Imports } from './repositories/imports.js';
export { Answers, answerScope } from './repositories/answers.js';
export type { Answer } from './repositories/answers.js';

export { MAX_PINS, decodePins, encodePins } from './pins.js';
export { WriterLag } from './pace/writer-lag.js';
export { WORK_CLASS_HEADER, WorkPaces, workClassOf } from './pace/work-paces.js';
export type { WorkClass } from './pace/work-paces.js';

export { HotEpochs } from './hot/hot-epochs.js';
export type { Epoch } from './hot/epoch-codec.js';
export type { Latest } from './hot/hot-epochs.js';
export { HOT_CACHE, isListId, listId, parseListId } from './hot/list-id.js';

export { HOT_HALF_LIFE_MS, hotScore } from './rules/hot-score.js';
export type { Rated } from './rules/hot-score.js';
export { wilson } from './rules/wilson.js';
export { EDIT_WINDOW_MS, inEditWindow } from './rules/edit-window.js';
export { DECIDED_STATE, canDecide, canMove, showsReplies, takesPosts, takesReplies } from './rules/states.js';
export { canDelete, canEdit, canRead, hosts, isAuthor, moderates } from './rules/permissions.js';
export type { OwnedComment, Person } from './rules/permissions.js';
export { MAX_BYTES, MAX_GRAPHEMES, checkText, countGraphemes } from './rules/text.js';
export { MAX_MENTIONS, decodeMentions, encodeMentions, mentionedNames } from './content/mentions.js';
export type { Mention } from './content/mentions.js';
export { render } from './content/render.js';

export { findCommentFaults } from './find-comment-faults.js';
export { commentComparisons } from './reconcile/comment-comparisons.js';
export type { CommentStores } from './reconcile/comment-comparisons.js';
