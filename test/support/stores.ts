import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Domain = 'account' | 'comment' | 'history' | 'events';
/** Integers come as bigint. */
export type Row = Readonly<Record<string, bigint | string | number | null | Uint8Array>>;

/** A consumer group that has not committed all of a partition. */
export interface Lag {
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly behind: number;
}

/** What is really stored, read past the product: its database files, never written to. Works while it runs. */
export class Stores implements Disposable {
  readonly #open = new Map<Domain, DatabaseSync>();

  constructor(private readonly folder: string) {}

  rows(domain: Domain, query: string): readonly Row[] {
    const statement = this.#database(domain).prepare(query);
    statement.setReadBigInts(true);
    return statement.all() as Row[];
  }

  /** All rows of a sharded table. */
  sharded(domain: Domain, base: string, columns = '*'): readonly Row[] {
    const names = this.rows(
      domain,
      `select name from sqlite_master where type = 'table' and name glob '${base}_[0-9]*'`,
    );
    return names.flatMap(({ name }) => this.rows(domain, `select ${columns} from ${String(name)}`));
  }

  /** Every group that ever committed on a topic is held to all of its partitions. */
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

  /** Messages that were ever given up, by topic. */
  deadLetters(): Readonly<Record<string, number>> {
    const rows = this.rows(
      'events',
      `select t.name as topic, sum(p.next_offset) as n from topic t join "partition" p on p.topic_id = t.id
       where t.name like '%.dead' group by t.name having n > 0`,
    );
    return Object.fromEntries(rows.map(({ topic, n }) => [topic, Number(n)]));
  }

  /** Outbox rows that the log has not got. */
  unsent(domain: Domain): number {
    return Number(this.rows(domain, `select count(*) as n from outbox where state <> 'sent'`)[0]?.n);
  }

  [Symbol.dispose](): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  #database(domain: Domain): DatabaseSync {
    const known = this.#open.get(domain);
    if (known) return known;
    const opened = new DatabaseSync(join(this.folder, `${domain}.db`), { readOnly: true, timeout: 2000 });
    this.#open.set(domain, opened);
    return opened;
  }
}
