import { type Selectable } from 'kysely';
import { notFound } from '@storey/errors';
import { systemClock, type Clock } from '@storey/context';
import { type Message } from '@storey/events';
import { forUpdate, insertIgnore, type Sql } from '@storey/sql';
import { OUTBOX_TAG, enqueue } from '../enqueue.js';
import {
  letterSql,
  type DeadLetterTable,
  type DeadLetterTables,
  type LetterState,
} from './dead-letter-tables.js';

const TIMEOUT_MS = 1000;
const CHUNK = 500;
/** A pass of `cut` ends here; what is left is for the next one. */
const MAX_CHUNKS = 20;

export interface DeadLetter {
  readonly id: bigint;
  readonly topic: string;
  readonly consumer: string;
  readonly key: string;
  readonly cause: string;
  readonly attempts: number;
  /** Epoch ms. */
  readonly at: bigint;
}

/** As the services of all domains tell it. */
export interface LetterPage {
  readonly letters: (Omit<DeadLetter, 'at'> & { readonly atMs: bigint })[];
  /** 0 at the end. */
  readonly nextBeforeId: bigint;
}

/** The letters of a domain: kept from its dead topics, shown, sent again or thrown away, each decided once. */
export class DeadLetters {
  readonly #sql: Sql<DeadLetterTables>;
  readonly #clock: Clock;

  constructor(sql: Sql<DeadLetterTables>, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  static over<DB extends DeadLetterTables>(sql: Sql<DB>, clock: Clock = systemClock): DeadLetters {
    return new DeadLetters(letterSql(sql), clock);
  }

  /** Keeps messages of dead topics; what is kept already stays as it is. @returns those that are new. */
  async keep(messages: readonly Message[]): Promise<readonly Message[]> {
    return this.#sql.transaction(
      async (tx) => {
        const kept: Message[] = [];
        for (const message of messages) {
          const row = rowOf(message);
          const place = ['topic', 'partition', 'offset', 'consumer'] as const;
          if ((await insertIgnore(tx, 'dead_letter', row, place)) === 1) kept.push(message);
        }
        return kept;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  /** Open ones, newest first. @param before the id of the last one of the page above. */
  async open(limit: number, before?: bigint): Promise<readonly DeadLetter[]> {
    const query = this.#sql.read.selectFrom('dead_letter').selectAll().where('state', '=', 'open');
    const rest = before === undefined ? query : query.where('id', '<', before);
    return (await rest.orderBy('id', 'desc').limit(limit).execute()).map(letterOf);
  }

  /** Open ones by pages, newest first. @param beforeId `nextBeforeId` of the page above; 0: from the newest. */
  async page(limit: number, beforeId: bigint): Promise<LetterPage> {
    const letters = await this.open(limit + 1, beforeId === 0n ? undefined : beforeId);
    const page = letters.slice(0, limit);
    return {
      letters: page.map(({ at, ...letter }) => ({ ...letter, atMs: at })),
      nextBeforeId: letters.length > limit ? (page.at(-1)?.id ?? 0n) : 0n,
    };
  }

  /**
   * Brings the message to its topic again, once, behind all that its key has there. Its `event-id` is what it was, so
   * that consumers that have applied it leave it. @throws AppError `not_found` for one that is gone or discarded.
   */
  async replay(id: bigint, by: string): Promise<void> {
    await this.#decide(id, 'replayed', by);
  }

  /** Nobody wants it. @throws AppError `not_found` for one that is gone or was sent again. */
  async discard(id: bigint, by: string): Promise<void> {
    await this.#decide(id, 'discarded', by);
  }

  /** Removes those that died before `at` (epoch ms), decided or not, in small transactions. @returns how many. */
  async cut(at: number): Promise<number> {
    let total = 0;
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
      const old = this.#sql.read.selectFrom('dead_letter').select('id').where('died_at', '<', BigInt(at));
      const ids = (await old.limit(CHUNK).execute()).map((row) => row.id);
      if (ids.length === 0) break;
      await this.#sql.transaction((tx) => tx.deleteFrom('dead_letter').where('id', 'in', ids).execute(), {
        timeoutMs: TIMEOUT_MS,
      });
      total += ids.length;
    }
    return total;
  }

  async #decide(id: bigint, state: Exclude<LetterState, 'open'>, by: string): Promise<void> {
    await this.#sql.transaction(
      async (tx) => {
        const query = tx.selectFrom('dead_letter').selectAll().where('id', '=', id);
        const row = await forUpdate(query).executeTakeFirst();
        if (row?.state === state) return;
        if (row?.state !== 'open') throw notFound();
        await tx.updateTable('dead_letter').set({ state, decided_by: by }).where('id', '=', id).execute();
        if (state === 'replayed') await enqueue(tx, [messageOf(row)], this.#clock);
      },
      { notify: OUTBOX_TAG, timeoutMs: TIMEOUT_MS },
    );
  }
}

type Row = Selectable<DeadLetterTable>;

/** What the log wrote into the headers of a letter; all else the message had before. */
const DEAD = /^dead-/;

function rowOf({ key, value, headers, timestamp }: Message): Omit<Row, 'id'> {
  const own = Object.entries(headers).filter(([name]) => !DEAD.test(name));
  return {
    topic: headers['dead-topic'] ?? '',
    partition: Number(headers['dead-partition'] ?? 0),
    offset: BigInt(headers['dead-offset'] ?? 0),
    consumer: headers['dead-group'] ?? '',
    key,
    value,
    headers: JSON.stringify(Object.fromEntries(own)),
    cause: headers['dead-cause'] ?? '',
    attempts: Number(headers['dead-attempts'] ?? 0),
    died_at: BigInt(headers['dead-at'] ?? timestamp),
    state: 'open',
    decided_by: '',
  };
}

function messageOf({ topic, key, value, headers }: Row) {
  return { topic, key, value, headers: JSON.parse(headers) as Record<string, string> };
}

function letterOf({ id, topic, consumer, key, cause, attempts, died_at }: Row): DeadLetter {
  return { id: BigInt(id), topic, consumer, key, cause, attempts, at: died_at };
}
