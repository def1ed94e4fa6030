import { describe, expect, it } from '@jest/globals';
import { FakeClock, systemRandom } from '@storey/context';
import { CompiledQuery, type DatabaseConnection } from 'kysely';
import { answerOf, FakeConnection } from '../../test/fake-connection.js';
import { ConnectionPool } from './connection-pool.js';
import { Transactions, type Work } from './transactions.js';

const write = (connection: DatabaseConnection): Promise<unknown> =>
  connection.executeQuery(CompiledQuery.raw('write'));

const swallowed: Work<void> = (connection) =>
  write(connection).then(
    () => undefined,
    () => undefined,
  );

const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET', errno: -104 });

const started = () => {
  const clock = new FakeClock();
  const opened: FakeConnection[] = [];
  /** What each connection was asked, in order. */
  const asked: string[] = [];
  /** What answers next to a text; else everything succeeds. */
  const answers = new Map<string, Promise<never>>();

  const open = (): ReturnType<ConnectionPool['acquire']> => {
    const connection = new FakeConnection();
    const number = opened.push(connection);
    connection.answer = (text) => {
      asked.push(`${number} ${text}`);
      const answer = answers.get(text);
      answers.delete(text);
      return answer ?? Promise.resolve();
    };
    return Promise.resolve(connection.asConnection);
  };
  const transactions = new Transactions(new ConnectionPool(open, 3, clock), {
    timeoutMs: 300,
    clock,
    random: systemRandom,
  });

  /** While time goes by. */
  const run = async <T>(work: Work<T>): Promise<T> => {
    let over = false;
    const done = transactions.run(work).finally(() => (over = true));
    const passed = (async () => {
      while (!over) await clock.advance(5);
    })();
    const [value] = await Promise.all([done, passed]);
    return value;
  };
  /** So many connections that nobody doubts. */
  const idling = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, () => run(write)));
    asked.length = 0;
  };
  const fail = (text: string, error: Error): void => {
    const answer = Promise.reject(error);
    answer.catch(() => undefined); // until it is asked for
    answers.set(text, answer);
  };
  const hang = (text: string): void => void answers.set(text, new Promise(() => undefined));
  const usable = (): readonly boolean[] => opened.map((connection) => connection.usable);
  return { asked, run, idling, fail, hang, usable };
};

describe('a transaction whose work swallowed the error of its last statement', () => {
  it('is run again as a whole when the server had undone it', async () => {
    const { asked, run, fail } = started();
    fail('write', answerOf(1213));
    await run(swallowed);
    expect(asked).toEqual(['1 begin', '1 write', '1 rollback', '1 begin', '1 write', '1 commit']);
  });

  it('is run again on another connection when its own was lost', async () => {
    const { asked, run, fail, usable } = started();
    fail('write', reset);
    await run(swallowed);
    expect(asked).toEqual(['1 begin', '1 write', '2 begin', '2 write', '2 commit']);
    expect(usable()).toEqual([false, true]);
  });

  it('is committed when the statement alone had failed', async () => {
    const { asked, run, fail } = started();
    fail('write', answerOf(1062));
    await run(swallowed);
    expect(asked).toEqual(['1 begin', '1 write', '1 commit']);
  });
});

describe('a transaction whose work leaves a statement behind', () => {
  const left: Work<void> = (connection) => {
    void write(connection).catch(() => undefined);
    return Promise.resolve();
  };

  it('is refused, for it may fail after COMMIT was sent', async () => {
    const { asked, run, hang, usable } = started();
    hang('write');
    await expect(run(left)).rejects.toMatchObject({ kind: 'internal' });
    expect([asked, usable()]).toEqual([['1 begin', '1 write'], [false]]);
  });

  it('and throws does not wait for it in order to be undone', async () => {
    const { asked, run, hang, usable } = started();
    hang('write');
    const work = run((connection) => left(connection).then(() => Promise.reject(new Error('no'))));
    await expect(work).rejects.toThrow('no');
    expect([asked, usable()]).toEqual([['1 begin', '1 write'], [false]]);
  });
});

describe('a connection', () => {
  const no = (): Promise<never> => Promise.reject(new Error('no'));

  it('whose transaction was undone is used again', async () => {
    const { asked, run } = started();
    await expect(run(no)).rejects.toThrow('no');
    await run(write);
    expect(asked).toEqual(['1 begin', '1 rollback', '1 begin', '1 write', '1 commit']);
  });

  it('that fails to undo is destroyed, and the work’s own error told', async () => {
    const { run, fail, usable } = started();
    fail('rollback', reset);
    await expect(run(no)).rejects.toThrow('no');
    expect(usable()).toEqual([false]);
  });

  it('that was lost makes those that idle show that they live', async () => {
    const { asked, run, idling, fail } = started();
    await idling(2);
    fail('begin', reset);
    await run(write);
    expect(asked).toEqual(['2 begin', '1 ping', '1 begin', '1 write', '1 commit']);
  });
});

describe.each([1290, 1792, 1836])('a server that answers %i, being read-only', (errno) => {
  it.each(['write', 'commit'])('to %s is left: no connection of it is used again', async (text) => {
    const { asked, run, idling, fail, usable } = started();
    await idling(2);
    fail(text, answerOf(errno));
    await expect(run(write)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(usable()).toEqual([false, false]);
    asked.length = 0;
    await run(write);
    expect(asked).toEqual(['3 begin', '3 write', '3 commit']);
  });
});
