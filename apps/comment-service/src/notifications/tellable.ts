import { type CommentRecord, type NotificationRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type View } from '../viewing/view.js';

/**
 * Those whose comment the viewer may still read, with it. What was deleted, or is liked by nobody any more, is spoken of
 * no more; but whoever's comment a moderator deleted is told so.
 */
export async function tellable(
  rows: readonly NotificationRecord[],
  view: View,
): Promise<readonly (readonly [NotificationRecord, CommentRecord])[]> {
  const records = await view.stored([...new Set(rows.map(({ commentId }) => commentId))]);
  const rootIds = [...records.values()].map(({ rootId }) => rootId).filter((id) => id !== 0n);
  const roots = rootIds.length === 0 ? records : await view.stored([...new Set(rootIds)]);
  return rows.flatMap((row) => {
    const record = records.get(row.commentId);
    return record && isTold(row, record, roots.get(record.rootId), view) ? [[row, record] as const] : [];
  });
}

function isTold(
  { kind }: NotificationRecord,
  record: CommentRecord,
  root: CommentRecord | undefined,
  view: View,
): boolean {
  if (record.state === comment.CommentState.DELETED) return kind === 'moderation';
  return view.canReadUnder(root, record) && !(kind === 'like' && record.likes === 0n);
}
