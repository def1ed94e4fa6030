import { encodeMentions, render, type CommentDb, type ContentTable } from '@storey/comment';
import { insertIgnore, tableFor, type Sql } from '@storey/sql';
import { type Command } from './command.js';

/** The words of publishes and edits by command id, rendered before any transaction begins. */
export type Contents = ReadonlyMap<bigint, ContentTable>;

export function prepareContents(commands: readonly Command[]): Contents {
  const contents = new Map<bigint, ContentTable>();
  for (const { id, change } of commands) {
    if (change.case !== 'publish' && change.case !== 'edit') continue;
    const { text, mentions } = change.value;
    contents.set(id, {
      id: change.case === 'publish' ? id : change.value.commentId,
      text,
      html: render(text, mentions),
      mentions: encodeMentions(mentions),
    });
  }
  return contents;
}

/** The words of a comment that can't be applied, which may be why it can't. */
export const noContent = (id: bigint): ContentTable => ({ id, text: '', html: '', mentions: '[]' });

/**
 * Stores the words of new comments ahead of the rest: should we die now, they wait for the same commands again. They are
 * durable with the rest, which is committed behind them.
 */
export async function storeContents(
  sql: Sql<CommentDb>,
  commands: readonly Command[],
  contents: Contents,
  timeoutMs: number,
): Promise<void> {
  const published = commands.filter(({ change }) => change.case === 'publish');
  const rows = published.flatMap(({ id }) => contents.get(id) ?? []);
  const [first] = rows;
  if (!first) return;
  await sql.transaction(
    (tx) => insertIgnore(tx, tableFor('comment_content', first.id, sql.tables), rows, ['id']),
    { timeoutMs, durable: false },
  );
}
