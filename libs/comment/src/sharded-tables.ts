import { type ShardedTable } from '@storey/sql';

/** What lies in physical tables of its own, and what leads to them: a comment or its subject, or the user who is told. */
export const commentShardedTables: readonly ShardedTable[] = [
  { base: 'comment_subject', key: ['id'], shard: { carries: 'id' } },
  { base: 'comment_index', key: ['id'], shard: { carries: 'id' } },
  { base: 'comment_content', key: ['id'], shard: { carries: 'id' } },
  { base: 'comment_count', key: ['id'], shard: { carries: 'id' } },
  { base: 'comment_reaction', key: ['comment_id', 'user_id'], shard: { carries: 'comment_id' } },
  { base: 'comment_edit', key: ['id'], shard: { carries: 'comment_id' } },
  { base: 'comment_report', key: ['comment_id', 'user_id'], shard: { carries: 'comment_id' } },
  { base: 'comment_parked', key: ['id'], shard: { carries: 'id' } },
  { base: 'comment_tip', key: ['tip_id'], shard: { carries: 'comment_id' } },
  {
    base: 'notification',
    key: ['user_id', 'comment_id', 'kind', 'cause_id'],
    shard: { hashed: 'user_id' },
  },
];
