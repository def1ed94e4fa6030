import { type AccountDb, type SigningKeyRow } from '@storey/account';
import { exportSigningKey, generateSigningKey } from '@storey/auth';
import { type Clock } from '@storey/context';
import { type Transaction } from 'kysely';
import { LONGEST_TOKEN_LIFE_MS, SKEW_MS } from '../lifetimes.js';
import { type Store } from '../store.js';

const HOUR_MS = 3_600_000;
/** A key is published for so long before it signs: far longer than anybody keeps a JWKS. */
export const PUBLISHED_BEFORE_MS = HOUR_MS;
/** A retired key may still sign in processes that have not looked yet; then its last token lives. */
const PUBLISHED_AFTER_MS = LONGEST_TOKEN_LIFE_MS + 2 * SKEW_MS;

type Tx = Transaction<AccountDb>;

/** Of all rows the one that signs. Two first starts at the same moment make two active keys: the older one counts. */
export function signs(rows: readonly SigningKeyRow[]): SigningKeyRow | undefined {
  return rows
    .filter(({ state }) => state === 'active')
    .sort((a, b) => Number(a.activated_at - b.activated_at) || (a.kid < b.kid ? -1 : 1))[0];
}

/**
 * Replaces the signing key when it is old. The next key is always published already, and the last one stays published
 * until its tokens are over, so no token is ever refused for it. Instances agree by the rows they lock.
 */
export class KeyRotation {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly rotationHours: number,
  ) {}

  /** To be called at start and every minute or so. Changes nothing when nothing is due. */
  async check(): Promise<void> {
    await this.store.sql.transaction(async (tx) => {
      const now = this.clock.now();
      const rows = await this.store.signingKeys.lockAll(tx);
      const active = signs(rows);
      const next = rows.find(({ state }) => state === 'next');
      if (!active) await this.#add(tx, 'active', now);
      if (!next) await this.#add(tx, 'next', now);
      if (active && next && this.#isDue(active, next, now)) await this.#promote(tx, rows, next, now);
      const over = rows.filter(({ state, not_after }) => state === 'retired' && not_after <= BigInt(now));
      await this.store.signingKeys.remove(
        tx,
        over.map(({ kid }) => kid),
      );
    });
  }

  #isDue(active: SigningKeyRow, next: SigningKeyRow, now: number): boolean {
    const old = Number(active.activated_at) + this.rotationHours * HOUR_MS <= now;
    return old && Number(next.created_at) + PUBLISHED_BEFORE_MS <= now;
  }

  async #promote(tx: Tx, rows: readonly SigningKeyRow[], next: SigningKeyRow, now: number): Promise<void> {
    const { signingKeys } = this.store;
    for (const { kid } of rows.filter(({ state }) => state === 'active')) {
      await signingKeys.update(tx, kid, { state: 'retired', not_after: BigInt(now + PUBLISHED_AFTER_MS) });
    }
    await signingKeys.update(tx, next.kid, { state: 'active', activated_at: BigInt(now) });
    await this.#add(tx, 'next', now);
  }

  async #add(tx: Tx, state: 'next' | 'active', now: number): Promise<void> {
    const key = generateSigningKey();
    await this.store.signingKeys.insert(tx, {
      kid: key.kid,
      private_jwk: exportSigningKey(key),
      state,
      created_at: BigInt(now),
      activated_at: state === 'active' ? BigInt(now) : 0n,
      not_after: 0n,
    });
  }
}
