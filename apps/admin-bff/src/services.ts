import { account, comment } from '@storey/contracts';
import { type Rpc, type RpcClient } from '@storey/rpc';

/** The services behind this BFF. */
export class Services {
  readonly accounts: RpcClient<typeof account.AccountService>;
  readonly comments: RpcClient<typeof comment.CommentService>;

  constructor(rpc: Rpc) {
    this.accounts = rpc.client(account.AccountService, { target: 'account', from: 'admin-bff' });
    this.comments = rpc.client(comment.CommentService, { target: 'comment', from: 'admin-bff' });
  }
}
