import { randomUUID } from 'node:crypto';
import { currentContext, type Clock } from '@storey/context';
import { AppError, isAppError, unavailable } from '@storey/errors';
import { type Kv } from '@storey/kv';
import { type Logger } from '@storey/observability';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a key stays taken when whoever took it died. */
const TAKEN_MS = 30_000;
/** How long a twin waits for the answer of the first; about the time a write may take. */
const TWIN_WAIT_MS = 900;
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 80;

interface Entry {
  readonly fingerprint: string;
  /** Of the one who took the key, so that nobody frees what another has taken since. */
  readonly owner: string;
  /** JSON; absent until there is an answer, '' for an answer without a body. */
  readonly answer?: string;
}

export interface Remembered {
  readonly answer: unknown;
  readonly replayed: boolean;
}

/**
 * Does a work once per name and remembers its answer for a day. A failed work frees its name. An answer that could
 * not be noted down (kv is away just then) is given all the same, and the work repeated by whoever asks later.
 */
export class RememberedAnswers {
  constructor(
    private readonly kv: Kv,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * @param fingerprint of what makes the work what it is.
   * @throws AppError 422 COMMON_IDEMPOTENCY_MISMATCH when the name stands for another work.
   */
  async once(name: string, fingerprint: string, work: () => Promise<unknown>): Promise<Remembered> {
    const mine: Entry = { fingerprint, owner: randomUUID() };
    const end = this.clock.monotonic() + TWIN_WAIT_MS;
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
      const bytes = await this.kv.setIfAbsent(name, encode(mine), { ttlMs: TAKEN_MS });
      const there = bytes && decode(bytes);
      // A verb that was sent twice meets its own first write.
      if (!there || there.owner === mine.owner)
        return { answer: await this.#first(name, mine, work), replayed: false };
      if (there.fingerprint !== fingerprint) throw mismatch();
      if (there.answer !== undefined) return { answer: valueOf(there.answer), replayed: true };
      if (this.clock.monotonic() >= end)
        throw unavailable('The first request with this Idempotency-Key still runs.');
      await this.clock.sleep(wait, currentContext().signal);
    }
  }

  /**
   * Binds a name to a work that remembers its own answers, so that no other work comes by the same name.
   * @throws AppError 422 COMMON_IDEMPOTENCY_MISMATCH when the name stands for another work.
   */
  async bind(name: string, fingerprint: string, work: () => Promise<unknown>): Promise<unknown> {
    const bound = encode({ fingerprint, owner: 'service' });
    const there = await this.kv.setIfAbsent(name, bound, { ttlMs: DAY_MS });
    if (there && decode(there).fingerprint !== fingerprint) throw mismatch();
    try {
      const answer = await work();
      // The first may have been refused meanwhile, which freed the name.
      if (there)
        await this.#quietly('bind a key again', () => this.kv.setIfAbsent(name, bound, { ttlMs: DAY_MS }));
      return answer;
    } catch (error) {
      if (isRefusal(error)) await this.#quietly('free a key', () => this.kv.compareAndDelete(name, bound));
      throw error;
    }
  }

  async #first(name: string, mine: Entry, work: () => Promise<unknown>): Promise<unknown> {
    try {
      const answer = await work();
      const kept = encode({ ...mine, answer: answer === undefined ? '' : JSON.stringify(answer) });
      await this.#quietly('remember an answer', () => this.kv.set(name, kept, { ttlMs: DAY_MS }));
      return answer;
    } catch (error) {
      await this.#quietly('free a key', () => this.kv.compareAndDelete(name, encode(mine)));
      throw error;
    }
  }

  async #quietly(what: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.logger.warn(`could not ${what}`, { cause: String(error) });
    }
  }
}

/** Nothing happened for sure, so the key is free for something else. */
const isRefusal = (error: unknown): boolean =>
  isAppError(error) && error.kind !== 'outcome_unknown' && error.kind !== 'internal';

const encode = (entry: Entry): Uint8Array => Buffer.from(JSON.stringify(entry));

const decode = (bytes: Uint8Array): Entry => JSON.parse(Buffer.from(bytes).toString()) as Entry;

const valueOf = (answer: string): unknown => (answer === '' ? undefined : (JSON.parse(answer) as unknown));

const mismatch = (): AppError =>
  new AppError({
    kind: 'unprocessable',
    code: 'COMMON_IDEMPOTENCY_MISMATCH',
    message: 'This Idempotency-Key was used for another request.',
  });
