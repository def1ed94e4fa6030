import { Store } from '../store.js';
import { exchange } from './exchange.js';
import { Problem } from './problem.js';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly level: number;
  readonly roles: readonly string[];
  readonly points: number;
}

export interface Account {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Where the storage keeps it. */
export const SESSION_KEY = 'storey.session';
const LOCK = 'storey.renewal';

/** Who is signed in, the same in every tab of this browser. `null`: nobody. */
export class Session extends Store<Account | null> {
  #renewal: Promise<boolean> | null = null;

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    super(parse(storage.getItem(SESSION_KEY)));
  }

  override set(account: Account | null): void {
    if (account === null) this.storage.removeItem(SESSION_KEY);
    else this.storage.setItem(SESSION_KEY, JSON.stringify(account));
    super.set(account);
  }

  /** Takes over what another tab did. */
  reload(): void {
    const stored = parse(this.storage.getItem(SESSION_KEY));
    if (stored?.accessToken !== this.value?.accessToken) super.set(stored);
  }

  /**
   * Changes a refused access token for a fresh one. A refresh token works once, and a second use ends the session, so
   * there is one renewal at a time in all tabs, and who comes second finds the token of the first.
   * @returns false when the session is over.
   */
  renew(refused: string): Promise<boolean> {
    this.#renewal ??= exclusively(LOCK, () => this.#renew(refused)).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renew(refused: string): Promise<boolean> {
    this.reload();
    const account = this.value;
    if (account === null) return false;
    if (account.accessToken !== refused) return true;
    try {
      const body = { refreshToken: account.refreshToken };
      const fresh = (await exchange('POST', '/auth/v1/refresh', null, { body })) as Partial<Account>;
      this.set({ ...account, ...fresh });
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      this.set(null);
      return false;
    }
  }
}

/** Web Locks are for secure contexts; elsewhere the tabs stand alone. */
function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  return locks === undefined ? work() : locks.request(name, work);
}

function parse(stored: string | null): Account | null {
  return stored === null ? null : (JSON.parse(stored) as Account);
}
