import { fromBinary } from '@bufbuild/protobuf';
import {
  Comments,
  Subjects,
  commentMigrations,
  findCommentFaults,
  type CommentDb,
  type CommentRecord,
  type SubjectKey,
  type SubjectRecord,
} from '@storey/comment';
import { noFaults, systemClock, type Clock, type FaultPoint } from '@storey/context';
import { commentEvents } from '@storey/contracts';
import { type Batch, type Message, type NewMessage } from '@storey/events';
import { createLogger } from '@storey/observability';
import { openSql, tableNumbers, type OpenSqlOptions, type Sql } from '@storey/sql';
import { testDatabaseUrl } from '@storey/testing';
import { Applier } from '../src/applying/applier.js';
import { BatchApplier } from '../src/applying/apply-batch.js';
import { BusySubjects } from '../src/applying/busy-subjects.js';
import { Parking } from '../src/parking/parking.js';
import { ids } from './commands.js';

/** The writer over a database of its own, fed by hand. */
export class Bench implements AsyncDisposable {
  readonly buried: Message[] = [];

  private constructor(
    readonly sql: Sql<CommentDb>,
    readonly clock: Clock,
  ) {}

  /** @param clock of the writer. */
  static async open(clock = systemClock, options: Pick<OpenSqlOptions, 'onStatement'> = {}): Promise<Bench> {
    const known = { migrations: commentMigrations, tables: 2 };
    return new Bench(await openSql<CommentDb>(testDatabaseUrl(), { ...known, ...options }), clock);
  }

  /** One process with `faultPoint`. */
  writer(faultPoint: FaultPoint = noFaults, sql = this.sql): { applier: Applier; parking: Parking } {
    const { clock } = this;
    const parking = new Parking(sql.tables, clock);
    return { applier: new Applier({ sql, ids, parking, clock, faultPoint }), parking };
  }

  /** One delivery to a process that has `faultPoint`, with the database as it sees it. */
  async deliver(messages: readonly NewMessage[], faultPoint = noFaults, sql = this.sql): Promise<void> {
    const { applier } = this.writer(faultPoint, sql);
    const logger = createLogger('silent');
    const subjects = new BusySubjects(systemClock);
    const options = { applier, clock: systemClock, faultPoint, logger, subjects };
    await new BatchApplier(options).apply(this.#batch(messages));
  }

  comment(id: bigint): Promise<CommentRecord | undefined> {
    return new Comments(this.sql).byId(id);
  }

  async floorsOf(sent: readonly { readonly id: bigint }[]): Promise<readonly (bigint | undefined)[]> {
    const records = await new Comments(this.sql).byIds(sent.map(({ id }) => id));
    return sent.map(({ id }) => records.get(id)?.floor);
  }

  subjectOf(key: SubjectKey): Promise<SubjectRecord | undefined> {
    return new Subjects(this.sql).byKey(key);
  }

  async countsOf(subject: SubjectKey): Promise<readonly (bigint | undefined)[]> {
    const found = await new Subjects(this.sql).byKey(subject);
    return [found?.roots, found?.all];
  }

  /** Ids of commands that wait for their comment. */
  async parked(): Promise<readonly bigint[]> {
    const ids: bigint[] = [];
    for (const n of tableNumbers(this.sql.tables)) {
      const rows = await this.sql.read.selectFrom(`comment_parked_${n}`).select('id').orderBy('id').execute();
      ids.push(...rows.map(({ id }) => id));
    }
    return ids;
  }

  faults(): Promise<readonly string[]> {
    return findCommentFaults(this.sql);
  }

  async events(): Promise<readonly commentEvents.CommentEvent[]> {
    const rows = await this.sql.read.selectFrom('outbox').select('value').orderBy('id').execute();
    return rows.map(({ value }) => fromBinary(commentEvents.CommentEventSchema, value));
  }

  /** Every row of every table but the times of inbox and outbox: equal before and after what has no effect. */
  async everything(): Promise<string> {
    const rows: unknown[] = [(await this.events()).length];
    for (const n of tableNumbers(this.sql.tables)) {
      for (const base of ['subject', 'index', 'content', 'count', 'reaction', 'edit', 'report'] as const) {
        rows.push(await this.sql.read.selectFrom(`comment_${base}_${n}`).selectAll().execute());
      }
    }
    for (const table of ['comment_review', 'comment_reported', 'comment_audit'] as const)
      rows.push(await this.sql.read.selectFrom(table).selectAll().execute());
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.close();
  }

  #batch(messages: readonly NewMessage[]): Batch {
    const at = { topic: 'comment.commands.v1', partition: 0, timestamp: 0, headers: {} };
    return {
      topic: at.topic,
      partition: at.partition,
      messages: messages.map((message, offset) => ({ ...at, ...message, offset: BigInt(offset) })),
      signal: new AbortController().signal,
      epoch: 1n,
      deadLetter: (message) => Promise.resolve(void this.buried.push(message)),
    };
  }
}
