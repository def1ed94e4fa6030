import { misuse } from './failures.js';
import { type EventLog } from './event-log.js';
import { KafkaEventLog } from './kafka/kafka-event-log.js';
import { resolveOptions, type EventLogOptions } from './options.js';
import { SqliteEventLog } from './sqlite/sqlite-event-log.js';

/**
 * Opens the log that `url` names:
 * - `sqlite:/absolute/file.db` for one process, in a file of its own; `?maxBytes=` bounds the file.
 * - `kafka://host:9092,host2:9092` for any number of processes, `kafkas://` over TLS; see the README for parameters.
 *
 * @throws AppError `unavailable` when another process has the file open, or no broker answers.
 */
export async function openEventLog(url: string, options: EventLogOptions = {}): Promise<EventLog> {
  if (/^kafkas?:/.test(url)) return KafkaEventLog.open(url, resolveOptions(options));
  const { protocol, pathname, searchParams } = new URL(url);
  if (protocol !== 'sqlite:')
    throw misuse(`An event log is no ${protocol} URL; use sqlite:/absolute/file.db or kafka://host:9092.`);
  if (!pathname.startsWith('/')) throw misuse('The path of the event log must be absolute.');
  const maxBytes = searchParams.get('maxBytes');
  const location = { path: decodeURIComponent(pathname), maxBytes: maxBytes ? Number(maxBytes) : undefined };
  return new SqliteEventLog(location, resolveOptions(options));
}
