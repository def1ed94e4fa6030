import { toUser } from '@storey/account';
import { account } from '@storey/contracts';
import { RpcController, type Handlers } from '@storey/rpc';
import { FindUsers } from './find-users.js';
import { MyProfile } from './my-profile.js';

type Calls = Pick<
  Handlers<typeof account.AccountService>,
  'getMe' | 'updateMe' | 'batchGetUsers' | 'findUsers'
>;

@RpcController(account.AccountService)
export class ProfileRpc implements Calls {
  constructor(
    private readonly profile: MyProfile,
    private readonly found: FindUsers,
  ) {}

  async getMe() {
    return { user: toUser(await this.profile.read()) };
  }

  async updateMe(request: account.UpdateMeRequest) {
    return { user: toUser(await this.profile.change(request)) };
  }

  async batchGetUsers({ ids }: account.BatchGetUsersRequest) {
    return { users: (await this.found.byIds(ids)).map(toUser) };
  }

  async findUsers({ usernames }: account.FindUsersRequest) {
    return { users: (await this.found.byUsernames(usernames)).map(toUser) };
  }
}
