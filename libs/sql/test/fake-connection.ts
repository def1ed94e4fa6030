import { type Deadline } from '@storey/context';
import { type CompiledQuery } from 'kysely';
import { type MysqlConnection } from '../src/mysql/mysql-connection.js';

/** What a pool and transactions see of a connection. What the server answers is the test's affair. */
export class FakeConnection {
  /** Statements and pings, in order. */
  readonly asked: string[] = [];
  answer: (text: string) => Promise<unknown> = () => Promise.resolve();
  usable = true;
  /** Whether it was ended politely. */
  ended = false;
  #waiting = 0;

  get busy(): boolean {
    return this.#waiting > 0;
  }

  get asConnection(): MysqlConnection {
    return this as unknown as MysqlConnection;
  }

  command = (text: string): Promise<unknown> => this.#ask(text);

  ping = (): Promise<unknown> => this.#ask('ping');

  async executeQuery({ sql }: CompiledQuery): Promise<{ rows: readonly unknown[] }> {
    await this.#ask(sql);
    return { rows: [] };
  }

  within<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    return deadline.run(work);
  }

  destroy(): void {
    this.usable = false;
  }

  end(): void {
    this.usable = false;
    this.ended = true;
  }

  async #ask(text: string): Promise<void> {
    this.asked.push(text);
    this.#waiting += 1;
    try {
      await this.answer(text);
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** What the server says, by its number. */
export const answerOf = (errno: number): Error =>
  Object.assign(new Error(`error ${errno}`), { errno, code: 'ER_X', sqlState: 'HY000' });
