import { reservationKey, type Answer, type Answers } from '@storey/comment';
import { Deadline, currentContext, type Clock } from '@storey/context';
import { AppError, isAppError, unavailable } from '@storey/errors';
import { isOutage } from '@storey/events';
import { type Kv } from '@storey/kv';
import { type Logger } from '@storey/observability';
import { FoundAway } from './found-away.js';
import { type KvMemory } from './kv-memory.js';
import { decodeReservation, encodeReservation, type Reservation } from './reservation.js';
import { type Ticket } from './ticket.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a twin waits for the answer of the first before it sends the same command again. */
const TWIN_WAIT_MS = 400;
const FIRST_LOOK_MS = 5;
/** With kv in order the database is asked for a second opinion only; it may take so long. */
const GLANCE_MS = 150;
/** How often a key may be freed by a refusal while we wait for it. */
const MAX_ROUNDS = 4;

/** What a caller sends to have a request done once. */
export interface Keyed {
  readonly key: string;
  /** Of route and body. */
  readonly fingerprint: Uint8Array;
}

export interface KeyedRequest extends Keyed {
  readonly userId: bigint;
}

export interface IdempotencyOptions {
  /** State: it may not evict. */
  readonly kv: Kv;
  /** What the writer stored beside what it applied. */
  readonly answers: Pick<Answers, 'find'>;
  readonly memory: Pick<KvMemory, 'isWhole'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One effect per (user, key). The key is bound to a command id before anything happens, so whoever dies between
 * the append and the answer is repeated under the same id, and the writer drops the twin. The reservation lives in
 * kv; should kv have lost it, the row that the writer left beside the comment decides, once the writer has caught up.
 */
export class Idempotency {
  readonly #options: IdempotencyOptions;
  readonly #database: FoundAway;

  constructor(options: IdempotencyOptions) {
    this.#options = options;
    this.#database = new FoundAway(options.clock);
  }

  /**
   * @param newId for the first who comes with this key.
   * @throws AppError 422 COMMON_IDEMPOTENCY_MISMATCH when the key was used for another request.
   */
  async begin(request: KeyedRequest, newId: () => bigint): Promise<Ticket> {
    const reservation = { id: newId(), fingerprint: request.fingerprint };
    const mine = encodeReservation(reservation);
    const end = this.#options.clock.monotonic() + TWIN_WAIT_MS;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const there = await this.#options.kv.setIfAbsent(keyOf(request), mine, { ttlMs: DAY_MS });
      // A verb that was sent twice meets its own first write.
      if (!there || Buffer.compare(there, mine) === 0) return this.#first(request, reservation);
      const known = await this.#settled(request, decodeReservation(there), end);
      if (known && (await this.#joined(request, known))) return this.#ticket(request, known, true);
    }
    throw unavailable('Another request with this Idempotency-Key is being refused. Try again.');
  }

  async #first(request: KeyedRequest, reservation: Reservation): Promise<Ticket> {
    const ticket = this.#ticket(request, reservation, false);
    const before = await this.#lookBack(request, ticket);
    if (!before) return ticket;
    if (!sameBytes(before.fingerprint, request.fingerprint)) {
      await ticket.release();
      throw mismatch();
    }
    await ticket.done(before.response);
    return { ...ticket, answer: before.response, retried: true };
  }

  /** @throws AppError unavailable when kv has forgotten and an earlier twin may still wait in the log, or for it. */
  async #lookBack(request: KeyedRequest, ticket: Ticket): Promise<Answer | undefined> {
    const { memory, answers } = this.#options;
    try {
      if (await memory.isWhole()) return await this.#glance(request);
      const before = await answers.find(request.userId, request.key);
      if (before) return before;
    } catch (error) {
      await ticket.release();
      throw error;
    }
    await ticket.release();
    throw unavailable('Earlier requests are still being applied. Try again in a moment.');
  }

  /**
   * With kv in order, a key that it does not know was never used; so a database that does not answer is no reason
   * to refuse.
   */
  async #glance({ userId, key }: KeyedRequest): Promise<Answer | undefined> {
    const { answers, clock, logger } = this.#options;
    if (!this.#database.asks()) return undefined;
    try {
      const before = await Deadline.in(GLANCE_MS, clock).run(() => answers.find(userId, key));
      this.#database.found('there');
      return before;
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.#database.found('away');
      logger.warn('no database to look for an earlier answer in', { cause: String(error) });
      return undefined;
    }
  }

  /** Waits for the answer of a twin. @returns undefined when the key was freed: the twin was refused. */
  async #settled(request: KeyedRequest, first: Reservation, end: number): Promise<Reservation | undefined> {
    const { clock, kv } = this.#options;
    const { signal } = currentContext();
    let known = first;
    for (let wait = FIRST_LOOK_MS; ; wait *= 2) {
      if (!sameBytes(known.fingerprint, request.fingerprint)) throw mismatch();
      const left = end - clock.monotonic();
      if (known.answer || left <= 0) return known;
      await clock.sleep(Math.min(wait, left), signal);
      const bytes = await kv.get(keyOf(request));
      if (!bytes) return undefined;
      known = decodeReservation(bytes);
    }
  }

  /**
   * From now on the first attempt can not free the key: what we send under its id would be sent by the next one under
   * another. @returns false when the key has changed meanwhile.
   */
  async #joined(request: KeyedRequest, known: Reservation): Promise<boolean> {
    if (known.answer || known.shared) return true;
    const shared = encodeReservation({ ...known, shared: true });
    return this.#options.kv.compareAndSet(keyOf(request), encodeReservation(known), shared, {
      ttlMs: DAY_MS,
    });
  }

  #ticket(request: KeyedRequest, reservation: Reservation, retried: boolean): Ticket {
    const { kv } = this.#options;
    const { id, answer } = reservation;
    return {
      id,
      retried,
      ...(answer && { answer }),
      done: (given) => {
        const settled = encodeReservation({ ...reservation, answer: given });
        return this.#quietly('remember an answer', () => kv.set(keyOf(request), settled, { ttlMs: DAY_MS }));
      },
      release: async () => {
        if (retried) return false;
        const mine = encodeReservation(reservation);
        const freed = await this.#quietly('free a key', () => kv.compareAndDelete(keyOf(request), mine));
        return freed ?? true;
      },
    };
  }

  /** What could not be noted down costs a retry its ease, not its exactness. */
  async #quietly<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error)) throw error;
      this.#options.logger.warn(`could not ${what}`, { cause: String(error) });
      return undefined;
    }
  }
}

const keyOf = ({ userId, key }: KeyedRequest): string => reservationKey(userId, key);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const mismatch = (): AppError =>
  new AppError({
    kind: 'unprocessable',
    code: 'COMMON_IDEMPOTENCY_MISMATCH',
    message: 'This Idempotency-Key was used for another request.',
  });
