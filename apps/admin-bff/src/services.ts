import { account, comment, history } from '@storey/contracts';
import { type Rpc, type RpcClient } from '@storey/rpc';

/** The services behind this BFF. */
export class Services {
  readonly accounts: RpcClient<typeof account.AccountService>;
  readonly comments: RpcClient<typeof comment.CommentService>;
  readonly histories: RpcClient<typeof history.HistoryService>;

  constructor(rpc: Rpc) {
    this.accounts = rpc.client(account.AccountService, { target: 'account', from: 'admin-bff' });
    this.comments = rpc.client(comment.CommentService, { target: 'comment', from: 'admin-bff' });
    this.histories = rpc.client(history.HistoryService, { target: 'history', from: 'admin-bff' });
  }
}
