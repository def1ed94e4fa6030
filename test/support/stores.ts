import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { type Domain, type Lag, type Row, type Stored } from './stored.js';

export type { Row, Stored } from './stored.js';

type File = Domain | 'events';

/** The database files of one process, never written to. Works while it runs. */
export class Stores implements Stored, Disposable {
  readonly #open = new Map<File, DatabaseSync>();

  constructor(private readonly folder: string) {}

  rows(file: File, query: string): readonly Row[] {
    const statement = this.#database(file).prepare(query);
    statement.setReadBigInts(true);
    return statement.all() as Row[];
  }

  sharded(domain: Domain, base: string, columns = '*'): readonly Row[] {
    const names = this.rows(
      domain,
      `select name from sqlite_master where type = 'table' and name glob '${base}_[0-9]*'`,
    );
    return names.flatMap(({ name }) => this.rows(domain, `select ${columns} from ${String(name)}`));
  }

  lags(): readonly Lag[] {
    return this.rows(
      'events',
      `select t.name as topic, g.name as grp, p.number as partition,
              p.next_offset - coalesce(o.next_offset, 0) as behind
       from topic t join "partition" p on p.topic_id = t.id
       join (select distinct q.topic_id, o.name from group_offset o join "partition" q on q.id = o.partition_id) g
         on g.topic_id = t.id
       left join group_offset o on o.partition_id = p.id and o.name = g.name
       where p.next_offset > coalesce(o.next_offset, 0)`,
    ).map(({ topic, grp, partition, behind }) => ({
      topic: String(topic),
      group: String(grp),
      partition: Number(partition),
      behind: Number(behind),
    }));
  }

  deadLetters(): Readonly<Record<string, number>> {
    const rows = this.rows(
      'events',
      `select t.name as topic, sum(p.next_offset) as n from topic t join "partition" p on p.topic_id = t.id
       where t.name like '%.dead' group by t.name having n > 0`,
    );
    return Object.fromEntries(rows.map(({ topic, n }) => [topic, Number(n)]));
  }

  outboxIds(domain: Domain, topic: string): readonly bigint[] {
    return this.rows(domain, `select id from outbox where topic = '${topic}'`).map(({ id }) =>
      BigInt(String(id)),
    );
  }

  logged(topic: string): ReadonlySet<string> {
    const rows = this.rows(
      'events',
      `select m.headers from topic t join "partition" p on p.topic_id = t.id
       join message m on m.id >= (p.id << 40) and m.id < ((p.id + 1) << 40) where t.name = '${topic}'`,
    );
    return new Set(
      rows.map(({ headers }) => String((JSON.parse(String(headers)) as Record<string, unknown>)['event-id'])),
    );
  }

  unsent(domain: Domain): number {
    return Number(this.rows(domain, `select count(*) as n from outbox where state <> 'sent'`)[0]?.n);
  }

  [Symbol.dispose](): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  #database(file: File): DatabaseSync {
    const known = this.#open.get(file);
    if (known) return known;
    const opened = new DatabaseSync(join(this.folder, `${file}.db`), { readOnly: true, timeout: 2000 });
    this.#open.set(file, opened);
    return opened;
  }
}
