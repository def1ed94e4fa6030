import { rolesOf, type AccountDb, type SagaRow } from '@storey/account';
import { tokenInvalid } from '@storey/auth';
import { isAppError } from '@storey/errors';
import { type Transaction } from 'kysely';
import { caller } from '../caller.js';
import { lastAdministrator } from '../errors.js';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { type SagaDriver } from './saga-driver.js';

/** Begins to delete the caller's account. */
export class StartDeletion {
  constructor(
    private readonly store: Store,
    private readonly driver: SagaDriver,
    private readonly sources: Sources,
  ) {}

  /**
   * Resolves when the deletion is durable and the caller is signed out, or will be by the sweep where that can't be told
   * now. Again: the same deletion. @throws AppError 409 ACCOUNT_LAST_ADMINISTRATOR
   */
  async execute(): Promise<SagaRow> {
    const userId = BigInt(caller().userId);
    const saga = await this.store.sql.transaction((tx) => this.#begin(tx, userId));
    try {
      return await this.driver.drive(saga);
    } catch (error) {
      if (!isAppError(error)) throw error;
      return saga;
    }
  }

  async #begin(tx: Transaction<AccountDb>, userId: bigint): Promise<SagaRow> {
    const { users, sagas } = this.store;
    const user = await users.lock(tx, userId);
    if (!user) throw tokenInvalid();
    const begun = user.deletion_id === 0n ? undefined : await sagas.within(tx, user.deletion_id);
    if (begun) return begun;
    if (rolesOf(user.role_bits).includes('admin') && !(await users.anyOtherAdministrator(tx, userId)))
      throw lastAdministrator();
    const now = this.sources.now();
    const id = this.sources.newSecretId();
    const saga = { id, user_id: userId, state: 'running', step: 0, note: '' } as const;
    const row: SagaRow = { ...saga, created_at: now, due_at: now };
    await sagas.insert(tx, row);
    await users.update(tx, userId, { deletion_id: id });
    return row;
  }
}
