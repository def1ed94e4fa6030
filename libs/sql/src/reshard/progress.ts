import { sql, type Kysely, type Transaction } from 'kysely';
import { upsert } from '../writes.js';
import { type AnyDb } from './sharded-table.js';

const NOTES = 'storey_reshard';

/** `preparing`: writes may go to the old tables alone. From `copying` on each goes to both. */
export type State = 'preparing' | 'copying' | 'aborting';

/** A place in the order of a key. */
export type Watermark = readonly (bigint | string)[];

/** What one attempt has come to, in the database it works on. Attempts are told apart by the first number they give out. */
export class Progress {
  readonly #attempt: number;

  constructor(attempt: number) {
    this.#attempt = attempt;
  }

  /** Makes the place for it. */
  static async create(tx: Kysely<AnyDb>): Promise<void> {
    await sql`create table if not exists ${sql.table(NOTES)}
      (name varchar(128) not null primary key, value varchar(1024) not null)`.execute(tx);
  }

  /** A first number that no attempt gave out before. */
  static async nextFirst(tx: Transaction<AnyDb>, after: number): Promise<number> {
    const first = Math.max(Number((await note(tx, 'first')) ?? 0), after) + 64;
    await put(tx, 'first', String(first));
    return first;
  }

  async state(db: Kysely<AnyDb>): Promise<State> {
    return ((await note(db, this.#name('state'))) ?? 'preparing') as State;
  }

  async enter(tx: Transaction<AnyDb>, state: State): Promise<void> {
    await put(tx, this.#name('state'), state);
  }

  /** How far a walk over a table has come. @returns undefined before its first chunk, `done` behind its last. */
  async watermark(db: Kysely<AnyDb>, walk: string): Promise<Watermark | 'done' | undefined> {
    const value = await note(db, this.#name(walk));
    if (value === undefined || value === 'done') return value;
    return (JSON.parse(value) as readonly string[]).map((part) =>
      part.startsWith('n') ? BigInt(part.slice(1)) : part.slice(1),
    );
  }

  async advance(tx: Transaction<AnyDb>, walk: string, to: Watermark | 'done'): Promise<void> {
    const parts = to === 'done' ? to : JSON.stringify(to.map(tagged));
    await put(tx, this.#name(walk), parts);
  }

  /** Nobody needs it any more. */
  async forget(tx: Transaction<AnyDb>): Promise<void> {
    await tx.deleteFrom(NOTES).where('name', 'like', `${this.#attempt} %`).execute();
  }

  #name(what: string): string {
    return `${this.#attempt} ${what}`;
  }
}

const tagged = (part: bigint | string): string => (typeof part === 'bigint' ? `n${part}` : `s${part}`);

async function note(db: Kysely<AnyDb>, name: string): Promise<string | undefined> {
  const row = await db.selectFrom(NOTES).select('value').where('name', '=', name).executeTakeFirst();
  return row && String(row['value']);
}

async function put(tx: Transaction<AnyDb>, name: string, value: string): Promise<void> {
  await upsert(tx, NOTES, { name, value }, { key: ['name'], set: ['value'] });
}
