import { misuse } from './failures.js';
import { type EventLog } from './event-log.js';
import { resolveOptions, type EventLogOptions } from './options.js';
import { SqliteEventLog } from './sqlite/sqlite-event-log.js';

/**
 * Opens the log that `url` names:
 * - `sqlite:/absolute/file.db` for one process, in a file of its own; `?maxBytes=` bounds the file.
 *
 * @throws AppError `unavailable` when another process has the file open.
 */
export async function openEventLog(url: string, options: EventLogOptions = {}): Promise<EventLog> {
  const { protocol, pathname, searchParams } = new URL(url);
  if (protocol !== 'sqlite:')
    throw misuse(`An event log is no ${protocol} URL; use sqlite:/absolute/file.db.`);
  if (!pathname.startsWith('/')) throw misuse('The path of the event log must be absolute.');
  const maxBytes = searchParams.get('maxBytes');
  const location = { path: decodeURIComponent(pathname), maxBytes: maxBytes ? Number(maxBytes) : undefined };
  return new SqliteEventLog(location, resolveOptions(options));
}
