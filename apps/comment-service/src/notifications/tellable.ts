import { type CommentRecord, type NotificationRecord } from '@storey/comment';
import { comment } from '@storey/contracts';
import { type View } from '../viewing/view.js';

/** Those whose comment the viewer may still read, with it. What was deleted, or is liked by nobody
 * any more, is spoken of no more. */
export async function tellable(
  rows: readonly NotificationRecord[],
  view: View,
): Promise<readonly (readonly [NotificationRecord, CommentRecord])[]> {
  const records = await view.stored([...new Set(rows.map(({ commentId }) => commentId))]);
  return rows.flatMap((row) => {
    const record = records.get(row.commentId);
    const gone = !record || record.state === comment.CommentState.DELETED || !view.canRead(record);
    const unliked = row.kind === 'like' && record?.likes === 0n;
    return gone || unliked ? [] : [[row, record] as const];
  });
}
