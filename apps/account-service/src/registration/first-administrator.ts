import { password, roleBits, registered, username } from '@storey/account';
import { isAppError } from '@storey/errors';
import { type Logger } from '@storey/observability';
import { OUTBOX_TAG, enqueue } from '@storey/outbox';
import { StartError } from '@storey/service';
import { isUniqueViolation } from '@storey/sql';
import { type Passwords } from '../passwords/passwords.js';
import { type Sources } from '../sources.js';
import { type Store } from '../store.js';
import { newUser, type NewUser } from './new-user.js';

const DEFAULT_NAME = 'admin';
const PASSWORD_BYTES = 18;

export interface FirstAdministratorOptions {
  readonly adminUsername?: string | undefined;
  readonly adminPassword?: string | undefined;
  /** Shows a text to whoever starts the program, once. */
  readonly announce: (text: string) => void;
  readonly logger: Logger;
}

interface Wanted {
  readonly name: string;
  readonly secret: string;
  readonly madeUp: boolean;
}

/** Makes an administrator when there is none. A user who exists is left as he is: nobody becomes one by his name. */
export class FirstAdministrator {
  constructor(
    private readonly store: Store,
    private readonly passwords: Passwords,
    private readonly sources: Sources,
    private readonly options: FirstAdministratorOptions,
  ) {}

  /** @throws StartError for a name or password that breaks the rules. */
  async ensure(): Promise<void> {
    const wanted = this.#wanted();
    const named = await this.store.users.byUsername(wanted.name);
    const asked = this.options.adminUsername !== undefined;
    const there = await this.store.users.anyAdministrator();
    if (named && (asked || !there)) this.#warnUnlessAdministrator(named.role_bits, wanted.name);
    if (there || named) return;
    if (!(await this.#make(wanted))) return;
    if (wanted.madeUp) this.options.announce(`first administrator: ${wanted.name} / ${wanted.secret}`);
  }

  #wanted(): Wanted {
    const { adminUsername = DEFAULT_NAME, adminPassword } = this.options;
    const secret =
      adminPassword ?? Buffer.from(this.sources.random.bytes(PASSWORD_BYTES)).toString('base64url');
    return {
      name: setting('ADMIN_USERNAME', () => username(adminUsername)),
      secret: setting('ADMIN_PASSWORD', () => password(secret)),
      madeUp: adminPassword === undefined,
    };
  }

  #warnUnlessAdministrator(bits: number, name: string): void {
    if ((bits & roleBits(['admin'])) !== 0) return;
    this.options.logger.warn(
      `the user ${name} exists and is no administrator; set ADMIN_USERNAME to a free name`,
    );
  }

  /** @returns whether it was us, and not another instance at the same moment. */
  async #make({ name, secret }: Wanted): Promise<boolean> {
    const user = newUser({
      id: this.sources.newUserId(),
      username: name,
      display_name: name,
      password_hash: await this.passwords.hash(secret),
      role_bits: roleBits(['admin']),
      created_at: this.sources.now(),
    });
    try {
      await this.#insert(user);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  #insert(user: NewUser): Promise<void> {
    const { clock } = this.sources;
    return this.store.sql.transaction(
      async (tx) => {
        await this.store.users.insert(tx, [user]);
        await enqueue(tx, [registered(user, user.created_at)], clock);
      },
      { notify: OUTBOX_TAG },
    );
  }
}

function setting(name: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (!isAppError(error)) throw error;
    const why = error.details.errors?.map(({ message }) => message).join('; ');
    throw new StartError(`${name} ${why ?? 'is wrong'}.`, { cause: error });
  }
}
