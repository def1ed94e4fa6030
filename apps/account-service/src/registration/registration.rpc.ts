import { toUser } from '@storey/account';
import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { AttemptLimits } from '../limits/attempt-limits.js';
import { EnsureUsers } from './ensure-users.js';
import { Register } from './register.js';

type Calls = Pick<Handlers<typeof account.AccountService>, 'register' | 'ensureUsers'>;

@RpcController(account.AccountService)
export class RegistrationRpc implements Calls {
  constructor(
    private readonly registrations: Register,
    private readonly imports: EnsureUsers,
    private readonly limits: AttemptLimits,
  ) {}

  async register(request: account.RegisterRequest) {
    await this.limits.registration();
    return this.registrations.execute(request);
  }

  async ensureUsers({ people }: account.EnsureUsersRequest) {
    return { users: (await this.imports.execute(people)).map(toUser) };
  }
}
