import { describe, expect, it } from '@jest/globals';
import { Deadline, FakeClock, runInContext } from '@storey/context';
import { AppError, outcomeUnknown, unavailable } from '@storey/errors';
import { type NewMessage } from '@storey/events';
import { Doors } from './doors.js';

type Answer = 'takes' | 'hangs' | 'refuses' | 'unknown' | 'defect';
const defect = new AppError({ kind: 'too_large', code: 'X', message: 'x' });
const MESSAGES: readonly NewMessage[] = [{ key: 'k', value: Uint8Array.of(1), headers: { 'event-id': '7' } }];

/** A door whose hanging calls are answered when the test says so. */
class FakeDoor {
  readonly got: (readonly NewMessage[])[] = [];
  #answers: ((error?: unknown) => void)[] = [];

  constructor(public answer: Answer) {}

  store(messages: readonly NewMessage[]): Promise<void> {
    this.got.push(messages);
    if (this.answer === 'takes') return Promise.resolve();
    if (this.answer === 'refuses') return Promise.reject(unavailable('away'));
    if (this.answer === 'unknown') return Promise.reject(outcomeUnknown());
    if (this.answer === 'defect') return Promise.reject(defect);
    return new Promise((resolve, reject) =>
      this.#answers.push((error) => (error === undefined ? resolve() : reject(error as Error))),
    );
  }

  /** Of all that hang. */
  end(error?: unknown): void {
    for (const answer of this.#answers.splice(0)) answer(error);
  }
}

function open(log: Answer, database: Answer = 'takes') {
  const clock = new FakeClock();
  const [first, second] = [new FakeDoor(log), new FakeDoor(database)];
  const events = { append: (_topic: string, messages: readonly NewMessage[]) => first.store(messages) };
  const doors = new Doors({ events, second, clock });
  /** A request with a second to live. */
  const post = (): Promise<void> => {
    const deadline = Deadline.in(1000, clock);
    return runInContext({ traceId: 't', priority: 'critical', deadline }, () => doors.store(MESSAGES));
  };
  const asked = (): readonly number[] => [first.got.length, second.got.length];
  return { clock, first, second, doors, post, asked };
}

describe('a command', () => {
  it('goes to the log, and nowhere else', async () => {
    const { post, asked, doors } = open('takes');
    await post();
    expect(asked()).toEqual([1, 0]);
    expect(doors.accepted).toEqual({ log: 1, database: 0 });
  });

  it.each<Answer>(['refuses', 'unknown'])(
    'goes to the database, the same bytes, when the log %s',
    async (log) => {
      const { post, second, doors } = open(log);
      await post();
      expect(second.got).toEqual([MESSAGES]);
      expect(second.got[0]?.[0]).toBe(MESSAGES[0]);
      expect(doors.accepted).toEqual({ log: 0, database: 1 });
    },
  );

  it('goes to the database too when half of its time is over and the log has not answered', async () => {
    const { post, asked, clock } = open('hangs');
    const posting = post();
    await clock.advance(499);
    expect(asked()).toEqual([1, 0]);
    await clock.advance(1);
    await posting;
    expect(asked()).toEqual([1, 1]);
  });

  it('is accepted by a slow log while the database is away', async () => {
    const { post, first, clock, doors } = open('hangs', 'refuses');
    const posting = post();
    await clock.advance(500);
    first.end();
    await posting;
    expect(doors.accepted).toEqual({ log: 1, database: 0 });
  });

  it('that the log has something against is refused for that', async () => {
    const { post, asked } = open('defect');
    await expect(post()).rejects.toBe(defect);
    expect(asked()).toEqual([1, 0]);
  });

  it.each<[Answer, Answer, string]>([
    ['refuses', 'refuses', 'unavailable'],
    ['unknown', 'refuses', 'outcome_unknown'],
    ['refuses', 'unknown', 'outcome_unknown'],
  ])('is refused when both doors are shut: log %s, database %s, %s', async (log, database, kind) => {
    const { post } = open(log, database);
    await expect(post()).rejects.toMatchObject({ kind });
  });

  it('is of unknown outcome to who goes before either has answered', async () => {
    const { clock, doors } = open('hangs', 'hangs');
    const gone = new AbortController();
    const context = { traceId: 't', priority: 'critical', signal: gone.signal } as const;
    const posting = runInContext(context, () => doors.store(MESSAGES));
    const refused = expect(posting).rejects.toMatchObject({ kind: 'outcome_unknown' });
    await clock.advance(4000);
    gone.abort(new Error('gone'));
    await refused;
  });
});

describe('a log that was found away', () => {
  it('costs nobody anything for a second; then one asks for all', async () => {
    const { post, asked, clock } = open('hangs');
    const found = post();
    await clock.advance(500);
    await found;
    await Promise.all([post(), post(), post()]);
    expect(asked()).toEqual([1, 4]);
    await clock.advance(1000);
    const probing = post();
    await Promise.all([post(), post()]);
    expect(asked()).toEqual([2, 6]);
    await clock.advance(500);
    await probing;
    expect(asked()).toEqual([2, 7]);
  });

  it('is asked again by all as soon as it has answered one', async () => {
    const { post, asked, clock, first } = open('refuses');
    await post();
    await clock.advance(1000);
    first.answer = 'takes';
    await post();
    await Promise.all([post(), post()]);
    expect(asked()).toEqual([4, 1]);
  });

  it('is asked all the same when the database is away', async () => {
    const { post, first, second, doors } = open('refuses');
    await post();
    [first.answer, second.answer] = ['takes', 'refuses'];
    await post();
    expect(doors.accepted).toEqual({ log: 1, database: 1 });
  });
});
