import { type Selectable } from 'kysely';
import { isOutage, type EventLog, type NewMessage } from '@storey/events';
import { type OutboxTable } from './tables.js';

export type OutboxRow = Selectable<OutboxTable>;

/** How far below the limit of one append (8 MiB) a batch stays, headers apart. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

export interface Refusal {
  readonly row: OutboxRow;
  readonly cause: unknown;
}

/** What became of the rows of one round; a row in neither list was not tried or its outcome is not known. */
export interface Dispatched {
  readonly sent: OutboxRow[];
  readonly refused: Refusal[];
  /** Buckets for which the log did not answer. */
  readonly unreachable: Set<number>;
  /** Why the log was last unreachable. */
  outage?: unknown;
}

/** Where rows go, and from which buckets. */
export interface Sending {
  readonly log: EventLog;
  /** Makes row ids unique over databases: header `event-id` is `<domain>:<id>` unless the message brought its own. */
  readonly domain: string;
  /** Asked right before each append: a process may have been stopped since it read the rows. */
  holds(bucket: number): boolean;
}

/**
 * Appends rows, given in order of id, with one append a topic. When the log refuses a batch each row is tried alone,
 * and one that is refused holds back the later ones of its key. When the log can't be reached the buckets concerned
 * are left alone, as are those that are held no more.
 */
export async function dispatch(sending: Sending, rows: readonly OutboxRow[]): Promise<Dispatched> {
  const done: Dispatched = { sent: [], refused: [], unreachable: new Set() };
  for (const [topic, all] of Map.groupBy(rows, (row) => row.topic)) {
    for (const batch of batches(all)) await send(sending, topic, batch, done);
  }
  return done;
}

async function send(
  sending: Sending,
  topic: string,
  batch: readonly OutboxRow[],
  done: Dispatched,
): Promise<void> {
  const { log, domain } = sending;
  const heldBack = new Set(done.refused.map(({ row }) => row.key));
  const rows = batch.filter(
    ({ bucket, key }) => sending.holds(bucket) && !done.unreachable.has(bucket) && !heldBack.has(key),
  );
  const [first, ...others] = rows;
  if (!first) return;
  try {
    await log.append(
      topic,
      rows.map((row) => messageOf(domain, row)),
    );
    done.sent.push(...rows);
  } catch (cause) {
    if (isOutage(cause)) {
      for (const { bucket } of rows) done.unreachable.add(bucket);
      done.outage = cause;
    } else if (others.length === 0) done.refused.push({ row: first, cause });
    else for (const row of rows) await send(sending, topic, [row], done);
  }
}

function messageOf(domain: string, { id, key, value, headers }: OutboxRow): NewMessage {
  const own = JSON.parse(headers) as Record<string, string>;
  return { key, value, headers: { 'event-id': `${domain}:${id}`, ...own } };
}

function* batches(rows: readonly OutboxRow[]): Generator<readonly OutboxRow[]> {
  let batch: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (batch.length > 0 && bytes + row.value.byteLength > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.value.byteLength;
  }
  if (batch.length > 0) yield batch;
}
