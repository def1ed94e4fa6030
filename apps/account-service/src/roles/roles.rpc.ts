import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { SetRoles } from './set-roles.js';

@RpcController(account.AccountService)
export class RolesRpc implements Pick<Handlers<typeof account.AccountService>, 'setRoles'> {
  constructor(private readonly changes: SetRoles) {}

  async setRoles(request: account.SetRolesRequest) {
    await this.changes.execute(request);
    return {};
  }
}
