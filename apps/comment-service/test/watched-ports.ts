import { setTimeout as sleep } from 'node:timers/promises';
import { type Platform } from '@storey/service';
import { type Sql } from '@storey/sql';
import { eventually } from '@storey/testing';

/** A line so long that what is sent together is under way together. */
const LINE_MS = 5;

type Plugin = Parameters<Sql<never>['read']['withPlugin']>[0];

/** What an app asked of its stores. */
export interface Asked {
  /** Times that anything was asked of either kv while nothing was under way. */
  rounds: number;
  /** Statements that read. */
  statements: number;
}

export interface Watched {
  readonly platform: Platform;
  readonly asked: Asked;
  /** Waits until nothing is under way, fills of the cache among it. */
  readonly idle: () => Promise<void>;
}

/** The same platform, with both kv behind a line and everything counted. */
export function watched(platform: Platform): Watched {
  const asked: Asked = { rounds: 0, statements: 0 };
  const line = new Line(asked);
  const { ports } = platform;
  const kvState = overLine(ports.kvState, line);
  const kvCache = overLine(ports.kvCache, line);
  const sql: typeof ports.sql = async (domain, migrations) =>
    counted(await ports.sql<never>(domain, migrations), asked) as never;
  const seen = new Proxy(ports, {
    get: (target, name) => ({ kvState, kvCache, sql })[String(name)] ?? valueOf(target, name),
  });
  return { platform: { ...platform, ports: seen }, asked, idle: () => line.idle() };
}

class Line {
  readonly #asked: Asked;
  #underWay = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  idle(): Promise<void> {
    return eventually(
      () => {
        if (this.#underWay > 0) throw new Error('something is under way');
      },
      { everyMs: LINE_MS },
    );
  }

  async send<T>(call: () => Promise<T>): Promise<T> {
    if (this.#underWay === 0) this.#asked.rounds += 1;
    this.#underWay += 1;
    try {
      await sleep(LINE_MS);
      return await call();
    } finally {
      this.#underWay -= 1;
    }
  }
}

function overLine<Store extends object>(kv: Store, line: Line): Store {
  return new Proxy(kv, {
    get: (target, name) => {
      const verb = valueOf(target, name);
      if (typeof verb !== 'function') return verb;
      return (...args: unknown[]) =>
        line.send(async () => Reflect.apply(verb, target, args) as Promise<unknown>);
    },
  });
}

function counted<DB>(sql: Sql<DB>, asked: Asked): Sql<DB> {
  const counting: Plugin = {
    transformQuery: ({ node }) => {
      asked.statements += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const read = sql.read.withPlugin(counting);
  return new Proxy(sql, { get: (target, name) => (name === 'read' ? read : valueOf(target, name)) });
}

/** Members see their own object, as they do without a proxy. */
function valueOf<T extends object>(target: T, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
