import { COMMANDS_TOPIC } from '@storey/comment';
import { unavailable } from '@storey/errors';
import { type EventLog } from '@storey/events';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';

type Plugin = Parameters<Sql<never>['read']['withPlugin']>[0];

/** The stores of a service, each of which a test can take away; the writer beside it has them always. */
export class Outages {
  /** `hangs`: what is appended comes to the log when `letGo` is called. */
  log: 'there' | 'refuses' | 'hangs' = 'there';
  database: 'there' | 'refuses' = 'there';
  /** Statements and transactions that the database refused. */
  refused = 0;
  #hanging: (() => Promise<void>)[] = [];

  /** For `Bench.open`. */
  readonly prepare = async (platform: Platform): Promise<Platform> => {
    const { ports } = platform;
    const events = this.#log(ports.events);
    const sql: typeof ports.sql = async (domain, migrations) =>
      this.#database(await ports.sql<never>(domain, migrations)) as never;
    const seen = new Proxy(ports, {
      get: (target, name) => ({ events, sql })[String(name)] ?? valueOf(target, name),
    });
    return Promise.resolve({ ...platform, ports: seen });
  };

  /** What hung is stored now. @returns how many appends that were. */
  async letGo(): Promise<number> {
    const hanging = this.#hanging.splice(0);
    for (const append of hanging) await append();
    return hanging.length;
  }

  #log(events: EventLog): EventLog {
    const append: EventLog['append'] = (topic, messages) => {
      if (this.log === 'there' || topic !== COMMANDS_TOPIC) return events.append(topic, messages);
      if (this.log === 'refuses') return Promise.reject(unavailable('The log is away.'));
      return new Promise((resolve, reject) =>
        this.#hanging.push(() => events.append(topic, messages).then(resolve, reject)),
      );
    };
    return new Proxy(events, {
      get: (target, name) => (name === 'append' ? append : valueOf(target, name)),
    });
  }

  #database<DB>(sql: Sql<DB>): Sql<DB> {
    const check = (): void => {
      if (this.database === 'there') return;
      this.refused += 1;
      throw unavailable('The database is away.');
    };
    const refusing: Plugin = {
      transformQuery: ({ node }) => {
        check();
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    const transaction: Sql<DB>['transaction'] = async (work, options) => {
      check();
      return sql.transaction(work, options);
    };
    const read = sql.read.withPlugin(refusing);
    return new Proxy(sql, {
      get: (target, name) => ({ read, transaction })[String(name)] ?? valueOf(target, name),
    });
  }
}

/** Members see their own object, as they do without a proxy. */
function valueOf<T extends object>(target: T, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
