import { Injectable } from '@nestjs/common';
import {
  REVOCATION_EPOCH,
  REVOCATION_LIST,
  REVOCATION_TTL_MS,
  revocationMember,
  type Revocation,
  type Revoked,
} from '@storey/account';
import { currentContext } from '@storey/context';
import { isAppError, unavailable } from '@storey/errors';
import { Kv } from '@storey/kv';
import { LONGEST_TOKEN_LIFE_MS } from '../lifetimes.js';
import { Sources } from '../sources.js';
import { Store } from '../store.js';

const PAGE = 1000;
const TRIES = 3;
const BETWEEN_TRIES_MS = 40;

/**
 * Tells every gateway what was revoked. The database knows it first and for good; the store only spreads the news, and what
 * it could not be told is owed until {@link RevocationNews.settle} gets through.
 */
@Injectable()
export class RevocationNews {
  /** At the start too: a process may have died between the database and the store. */
  #owed = true;

  constructor(
    private readonly store: Store,
    private readonly kv: Kv,
    private readonly sources: Sources,
  ) {}

  /** @throws AppError `unavailable` when the store can't be told now; gateways may not know then. */
  async spread(revocations: readonly Revocation[]): Promise<void> {
    if (revocations.length === 0) return;
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.#tell(revocations);
      } catch (error) {
        if (!isOutage(error) || left === 1 || currentContext().deadline?.expired) throw this.#owe(error);
      }
      await this.sources.clock.sleep(BETWEEN_TRIES_MS);
    }
  }

  /** As `spread`, for those whose answer does not wait for the gateways. */
  async spreadSoon(revocations: readonly Revocation[]): Promise<void> {
    try {
      await this.spread(revocations);
    } catch (error) {
      if (!isOutage(error)) throw error; // owed by now
    }
  }

  /** Spreads again what lives, when something is owed. To be called at start and every second. */
  async settle(): Promise<void> {
    if (!this.#owed) return;
    this.#owed = false;
    try {
      for await (const page of this.#pages()) await this.#tell(page);
      await this.kv.setIfAbsent(REVOCATION_EPOCH, this.sources.random.bytes(8), {});
    } catch (error) {
      throw this.#owe(error);
    }
  }

  /** Everything that may still be asked about, from the database. */
  async living(): Promise<readonly Revocation[]> {
    const all: Revocation[] = [];
    for await (const page of this.#pages()) all.push(...page);
    return all;
  }

  /** Scored by when it is told, not by when it was done: gateways read on from what they saw last. */
  async #tell(revocations: readonly Revocation[]): Promise<void> {
    const score = this.sources.clock.now();
    const members = revocations.map((revocation) => ({ member: revocationMember(revocation), score }));
    await this.kv.addScored(REVOCATION_LIST, members, { ttlMs: REVOCATION_TTL_MS });
  }

  /** The list lives as long as it is added to, so its old members have to be taken out. To be called now and then. */
  async prune(): Promise<void> {
    const max = this.sources.clock.now() - REVOCATION_TTL_MS;
    for (;;) {
      const old = await this.kv.rangeByScore(REVOCATION_LIST, { max, order: 'ascending', limit: PAGE });
      if (old.length === 0) return;
      await this.kv.removeIfScore(REVOCATION_LIST, old);
    }
  }

  async *#pages(): AsyncGenerator<readonly Revocation[]> {
    const since = this.sources.now() - BigInt(LONGEST_TOKEN_LIFE_MS);
    const { sessions, users } = this.store;
    yield* paged('session', (after) => sessions.revokedSince(since, after, PAGE));
    yield* paged('user', (after) => users.revokedSince(since, after, PAGE));
  }

  #owe(error: unknown): unknown {
    this.#owed = true;
    return isOutage(error)
      ? unavailable('What was revoked is not known everywhere yet. Try again.', error)
      : error;
  }
}

async function* paged(
  target: Revocation['target'],
  read: (after: Revoked | undefined) => Promise<readonly Revoked[]>,
): AsyncGenerator<readonly Revocation[]> {
  let after: Revoked | undefined;
  do {
    const page = await read(after);
    if (page.length > 0) yield page.map((row) => ({ target, ...row }));
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
}

const isOutage = (error: unknown): boolean => isAppError(error) && error.kind === 'unavailable';
