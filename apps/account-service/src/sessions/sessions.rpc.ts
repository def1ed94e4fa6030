import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { ChangePassword } from './change-password.js';
import { Login } from './login.js';
import { Logout } from './logout.js';
import { Refresh } from './refresh.js';

type Calls = Pick<Handlers<typeof account.AccountService>, 'login' | 'refresh' | 'logout' | 'changePassword'>;

@RpcController(account.AccountService)
export class SessionsRpc implements Calls {
  constructor(
    private readonly logins: Login,
    private readonly refreshes: Refresh,
    private readonly logouts: Logout,
    private readonly changes: ChangePassword,
  ) {}

  login(request: account.LoginRequest) {
    return this.logins.execute(request);
  }

  refresh({ refreshToken }: account.RefreshRequest) {
    return this.refreshes.execute(refreshToken);
  }

  async logout() {
    await this.logouts.execute();
    return {};
  }

  async changePassword(request: account.ChangePasswordRequest) {
    await this.changes.execute(request);
    return {};
  }
}
