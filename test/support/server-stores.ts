import { Kafka, logLevel, type Admin } from 'kafkajs';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { openEventLog, type EventLog } from '@storey/events';
import { type Domain, type Lag, type Row, type Stored } from './stored.js';

export interface ServerStoresOptions {
  /** `mysql://user:password@host:port`, without a database. */
  readonly mysql: string;
  readonly databases: Readonly<Record<Domain, string>>;
  /** `host:port` of a broker. */
  readonly broker: string;
}

const TABLES = [
  'comment_index',
  'comment_content',
  'comment_subject',
  'comment_reaction',
  'history_record',
] as const;
const EVENTS = 'comment.events.v1';

/**
 * What is really stored on the servers, read past the product. Each `read` is a look at one moment, by connections of its
 * own: the servers may have been away since the last.
 */
export class ServerStores implements AsyncDisposable {
  readonly #options: ServerStoresOptions;
  readonly log: EventLog;

  private constructor(options: ServerStoresOptions, log: EventLog) {
    this.#options = options;
    this.log = log;
  }

  static async open(options: ServerStoresOptions): Promise<ServerStores> {
    return new ServerStores(options, await openEventLog(`kafka://${options.broker}`));
  }

  async read(): Promise<Stored> {
    const { mysql, databases, broker } = this.#options;
    const sql = await createConnection({ uri: mysql, supportBigNumbers: true, typeCast: asBigint });
    const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
    try {
      await admin.connect();
      return await this.#look(new Tables(sql, databases), admin);
    } finally {
      await sql.end();
      await admin.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log.close();
  }

  async #look(sql: Tables, admin: Admin): Promise<Stored> {
    const tables = new Map<string, readonly Row[]>();
    for (const base of TABLES) tables.set(base, await sql.sharded(base));
    const outbox = {
      account: await sql.rows('account', 'select id, state, topic from outbox'),
      comment: await sql.rows('comment', 'select id, state, topic from outbox'),
      history: [],
    };
    const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
    const ends = new Map<string, readonly bigint[]>();
    for (const topic of topics) ends.set(topic, await this.log.endOffsets(topic));
    const [lags, logged] = [await lagsIn(admin, ends), await this.#logged(EVENTS)];
    return {
      sharded: (_domain, base) => tables.get(base) ?? never(base),
      outboxIds: (domain, topic) =>
        outbox[domain].filter((row) => row.topic === topic).map(({ id }) => BigInt(String(id))),
      unsent: (domain) => outbox[domain].filter(({ state }) => state !== 'sent').length,
      logged: (topic) => (topic === EVENTS ? logged : never(topic)),
      lags: () => lags,
      deadLetters: () => deadLettersIn(ends),
    };
  }

  async #logged(topic: string): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    const ends = await this.log.endOffsets(topic);
    for (const [partition, end] of ends.entries()) {
      for (let from = 0n; from < end;) {
        const messages = await this.log.read(topic, partition, from, 1000);
        for (const { headers } of messages) ids.add(String(headers['event-id']));
        const last = messages.at(-1);
        if (!last) break;
        from = last.offset + 1n;
      }
    }
    return ids;
  }
}

/** The databases of one server, over one connection. */
class Tables {
  constructor(
    private readonly connection: Connection,
    private readonly databases: Readonly<Record<Domain, string>>,
  ) {}

  async sharded(base: (typeof TABLES)[number]): Promise<readonly Row[]> {
    const domain = base.startsWith('history') ? 'history' : 'comment';
    const names = await this.rows(
      domain,
      `select table_name as name from information_schema.tables
       where table_schema = database() and table_name regexp '^${base}_[0-9]+$'`,
    );
    const rows: Row[] = [];
    for (const { name } of names) rows.push(...(await this.rows(domain, `select * from ${String(name)}`)));
    return rows;
  }

  async rows(domain: Domain, query: string): Promise<readonly Row[]> {
    await this.connection.changeUser({ database: this.databases[domain] });
    const [rows] = await this.connection.query<RowDataPacket[]>(query);
    return rows as Row[];
  }
}

async function lagsIn(admin: Admin, ends: ReadonlyMap<string, readonly bigint[]>): Promise<readonly Lag[]> {
  const lags: Lag[] = [];
  const { groups } = await admin.listGroups();
  for (const { groupId: group } of groups) {
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group })) {
      const offsets = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      if ([...offsets.values()].every((offset) => offset < 0)) continue;
      const behind = (ends.get(topic) ?? []).map((end, partition) => {
        const committed = Math.max(0, offsets.get(partition) ?? 0);
        return { topic, group, partition, behind: Number(end) - committed };
      });
      lags.push(...behind.filter((lag) => lag.behind > 0));
    }
  }
  return lags;
}

function deadLettersIn(ends: ReadonlyMap<string, readonly bigint[]>): Readonly<Record<string, number>> {
  const counts = [...ends]
    .filter(([topic]) => topic.endsWith('.dead'))
    .map(([topic, offsets]) => [topic, Number(offsets.reduce((sum, offset) => sum + offset, 0n))] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** As the embedded stores tell integers. */
function asBigint(field: { readonly type: string; string(): string | null }, next: () => unknown): unknown {
  if (!['TINY', 'SHORT', 'INT24', 'LONG', 'LONGLONG'].includes(field.type)) return next();
  const text = field.string();
  return text === null ? null : BigInt(text);
}

function never(name: string): never {
  throw new Error(`${name} was not read.`);
}
